"""What an entry of the sources file says of any source; each source adds its own keys in a model of its own."""

from abc import ABC, abstractmethod
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator

from leap_kg.ingest.source import Source

_MOST_DAYS = 3650


class SourceConfig(BaseModel, ABC):
    """One entry of the sources file, checked: unknown keys are errors.

    A package offers a kind of source by an entry point of the group `leap_kg.sources`: its name is the `kind` in the
    file, its object a subclass of this.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
    kind: str
    title: Annotated[str, Field(min_length=1)]
    stale_after_days: float = 7
    _file: Path = PrivateAttr(default=Path())

    @field_validator("stale_after_days")
    @classmethod
    def _checked_days(cls, days: float) -> float:
        """Also where a kind has another default, which does away with the constraints of a field."""
        if not 0 < days <= _MOST_DAYS:
            raise ValueError(f"{days:g} cannot be used here: give days, above 0 and at most {_MOST_DAYS}")
        return days

    @property
    def sources_file(self) -> Path:
        """The sources file that has the entry, which may be one that another includes."""
        return self._file

    def declared_in(self, file: Path) -> Self:
        """The same entry, as one of that file."""
        self._file = file
        return self

    @property
    def stale_after(self) -> timedelta:
        """How long a reading counts as fresh."""
        return timedelta(days=self.stale_after_days)

    @property
    def local_files(self) -> tuple[str, ...]:
        """The files and folders that the entry names, as it writes them: whoever runs it elsewhere needs them there."""
        return ()

    @abstractmethod
    def source(self, folder: Path, base: str) -> Source:
        """The source itself. `folder` is that of the sources file, for keys that name files; `base` the base IRI."""
