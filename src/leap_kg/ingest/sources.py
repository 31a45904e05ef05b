"""The sources file: which sources a platform has, as YAML; see `ingest/leap.yaml` for one.

A mistake in the file is one error that names the source and the key.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leap_kg.ingest.files import Files
from leap_kg.ingest.hubs import HubConfig
from leap_kg.ingest.leap.catalog import LeapCatalog
from leap_kg.ingest.leap.published import LeapPublished
from leap_kg.ingest.source import Source
from leap_kg.ingest.yamltext import Unreadable, read_yaml


class SourcesFaulty(ValueError):
    """The sources file cannot be used; the message names the place and the mend."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
    title: Annotated[str, Field(min_length=1)]
    stale_after_days: Annotated[float, Field(gt=0, le=3650)] = 7

    @property
    def stale_after(self) -> timedelta:
        return timedelta(days=self.stale_after_days)


class _Catalog(_Entry):
    kind: Literal["leap-catalog"]
    input: str

    def source(self, folder: Path, base: str) -> Source:
        return LeapCatalog(self.id, self.title, self.input, self.stale_after, base)


class _Published(_Entry):
    kind: Literal["leap-published"]
    catalog: str
    input: str
    site: str

    def source(self, folder: Path, base: str) -> Source:
        return LeapPublished(self.id, self.title, self.catalog, self.input, self.site, self.stale_after, base)


class _Files(_Entry):
    kind: Literal["files"]
    folder: str

    def source(self, folder: Path, base: str) -> Source:
        return Files(self.id, self.title, folder / self.folder, self.stale_after, base)


class _Hubs(_Entry):
    kind: Literal["hubs"]
    clusters: str

    def source(self, folder: Path, base: str) -> Source:
        return HubConfig(self.id, self.title, folder / self.clusters, self.stale_after, base)


class _Config(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: Annotated[
        list[Annotated[_Catalog | _Published | _Files | _Hubs, Field(discriminator="kind")]], Field(min_length=1)
    ]


def read_sources(path: Path, base: str) -> list[Source]:
    """All sources that the file declares, in its order; raises `SourcesFaulty`."""
    try:
        document = read_yaml(path.read_bytes(), what=str(path))
        config = _Config.model_validate(document.value)
    except OSError as error:
        raise SourcesFaulty(f"cannot read {path}: {error.strerror}") from None
    except Unreadable as error:
        raise SourcesFaulty(f"{path}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise SourcesFaulty(f"{path}: {place}: {first['msg']}") from None
    names = [entry.id for entry in config.sources]
    for name in names:
        if names.count(name) > 1:
            raise SourcesFaulty(f"{path}: two sources are called {name!r}; give each an id of its own")
    return [entry.source(path.parent, base) for entry in config.sources]


def chosen(sources: list[Source], ids: list[str]) -> list[Source]:
    """The sources with these ids, all for none; raises `SourcesFaulty` for an id that is not there."""
    known = {source.id: source for source in sources}
    for name in ids:
        if name not in known:
            raise SourcesFaulty(f"no source is called {name!r}; there are {', '.join(known)}")
    return [known[name] for name in ids] if ids else sources
