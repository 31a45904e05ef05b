"""What LEAP's real files say, read by other code than the harvest's: PyYAML and json alone.

The one thing shared with the graph is how a value is written there, as the documentation has it: texts without white
space at the ends, logins in lower case, stores by bucket and key, tags once each.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parents[3] / "shared" / "data"
FEEDSTOCKS = DATA / "feedstocks"
APART = DATA / "esm-catalogs" / "leap-stc__cmip6-leap-feedstock"
"""The one feedstock that lies elsewhere, beside the tables that it is about."""
WHY = "LEAP's real files are not beside the project, in ../shared/data"
BASE = "https://w3id.org/leap-kg/"

# Each spelling of a licence in the published catalogue, with the SPDX identifier that it means. None: nobody can
# say, because it names no licence, no version, or not which of several.
LICENCES = {
    "CC-BY-4.0": "CC-BY-4.0",
    "CC BY 4.0": "CC-BY-4.0",
    "Creative Commons Attribution 4.0 (CC BY 4.0)": "CC-BY-4.0",
    "Creative Commons Attribution 4.0 International": "CC-BY-4.0",
    "Creative Commons Attribution 4.0 International (CC BY 4.0)": "CC-BY-4.0",
    "CC-BY-NC-4.0": "CC-BY-NC-4.0",
    "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International (CC BY-NC-ND 4.0)": "CC-BY-NC-ND-4.0",
    "NASA Open Data - Creative Commons Zero (CC0)": "CC0-1.0",
    "Apache Version 2.0": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "CC 4.0": None,
    "CC BY": None,
    "CC-BY": None,
    "Just a Test": None,
    "No constraints on data access or use.": None,
    "Open Data": None,
    "Unknown": None,
    "https://doi.org/10.48670/moi-00168": None,
    "proprietary": None,
    "unknown": None,
}
ROLES = {"licensor", "producer", "processor", "host"}


@dataclass(frozen=True)
class Said:
    """What a dataset's description says. `listed` is the address in the input list, `files` whether both are there."""

    iri: str
    listed: str | None
    files: bool
    content: dict[str, Any]
    published: dict[str, Any] | None

    @property
    def title(self) -> str:
        return text(self.content, "title")

    @property
    def licence(self) -> str:
        return text(self.content, "provenance", "license")

    @property
    def licence_link(self) -> str:
        return text(self.content, "provenance", "license_link", "url")

    @property
    def stores(self) -> list[dict[str, Any]]:
        return self.content.get("stores") or []

    @property
    def store_iris(self) -> set[str]:
        return {store_iri(store["url"]) for store in self.stores}

    @property
    def maintainers(self) -> list[dict[str, str]]:
        return self.content.get("maintainers") or []

    @property
    def providers(self) -> list[dict[str, Any]]:
        return (self.content.get("provenance") or {}).get("providers") or []


def text(value: Any, *path: str) -> str:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return "" if value is None else str(value).strip()


def read(path: Path) -> dict[str, Any]:
    """A YAML file with every scalar as the text that stands there."""
    value = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes texts only
    assert isinstance(value, dict)
    return value


def local(url: str) -> Path:
    """Where the file of this address lies among the real files."""
    owner, name, path = re.fullmatch(r"https://github\.com/([^/]+)/([^/]+)/blob/[^/]+/(.+)", url).groups()  # type: ignore[union-attr]
    return (APART if f"{owner}__{name}" == APART.name else FEEDSTOCKS / f"{owner}__{name}") / path


def meta_of(catalog: dict[str, Any]) -> str:
    return str(catalog.get("meta_yaml_url") or catalog.get("ncviewjs:meta_yaml_url") or "")


def dataset_iri(url: str) -> str:
    return f"{BASE}dataset/" + "/".join(url.split("/")[3:5]).lower()


def store_iri(url: str) -> str:
    scheme, _, rest = url.rstrip("/").partition("://")
    return f"{BASE}store/{rest if scheme == 'https' else f'{scheme}/{rest}'}"


def store_uri(url: str) -> str:
    """How a program opens it: Open Storage Network hosts speak S3."""
    scheme, _, rest = url.rstrip("/").partition("://")
    return f"s3://{rest.partition('/')[2]}" if scheme == "https" else f"{scheme}://{rest}"


@cache
def listed() -> tuple[str, ...]:
    return tuple(read(DATA / "leap-catalog" / "input.yaml")["feedstocks"])


@cache
def published() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads((DATA / "leap-catalog" / "consolidated-web-catalog.json").read_text(encoding="utf-8")))


@cache
def missing() -> dict[str, str]:
    """Each listed feedstock of which a file is not there, with the address of the first such file."""
    found = {}
    for url in listed():
        if not local(url).is_file():
            found[url] = url
        elif not local(meta_of(read(local(url)))).is_file():
            found[url] = meta_of(read(local(url)))
    return found


@cache
def datasets() -> tuple[Said, ...]:
    """Every dataset there must be: by its files where both are there, else by its published entry."""
    entries = {meta_of(entry): entry for entry in published()}
    found = []
    for url in listed():
        files = url not in missing()
        catalog = read(local(url)) if local(url).is_file() else {}
        entry = entries.pop(meta_of(catalog) or url.replace("catalog.yaml", "meta.yaml"), None)
        content = {**catalog, **read(local(meta_of(catalog)))} if files else entry
        if content is not None:
            found.append(Said(dataset_iri(url), url, files, content, entry))
    found += [Said(dataset_iri(meta), None, False, entry, entry) for meta, entry in entries.items()]
    return tuple(found)


def catalogs() -> list[Path]:
    return sorted([*FEEDSTOCKS.glob("*/feedstock/catalog.yaml"), APART / "feedstock" / "catalog.yaml"])


def metas() -> list[Path]:
    return sorted([*FEEDSTOCKS.glob("*/feedstock/meta.yaml"), APART / "feedstock" / "meta.yaml"])


def address(path: Path) -> str:
    """The address of a file among the real files."""
    owner, _, name = path.parts[-3].partition("__")
    return f"https://github.com/{owner}/{name}/blob/main/feedstock/{path.name}"


def scalars(value: Any) -> Iterator[str]:
    """All texts of a value."""
    if isinstance(value, dict):
        for item in value.values():
            yield from scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from scalars(item)
    elif value is not None and str(value).strip():
        yield str(value)
