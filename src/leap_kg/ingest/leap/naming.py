"""What a feedstock is called: by its repository, for as long as that exists, whatever its title says.

A repository may hold several feedstocks; then the folder tells them apart. Two addresses of one file (another
branch, other letter case, the raw file) give one name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ontology.identifiers import Refusal, github
from leap_kg.ontology.iri import digest, mint, slug
from leap_kg.redaction import hide

META_KEYS = ("meta_yaml_url", "ncviewjs:meta_yaml_url")

_FOLDER = "feedstock"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a feedstock's record is about: the dataset's node, its repository, and the files that describe it.

    `path` names the feedstock below every kind of node of its own; `code` is the meta.yaml's place, whose
    repository holds the recipes.
    """

    dataset: NamedNode
    path: tuple[str, ...]
    repository: github.Repository | None
    code: github.File | None
    sources: tuple[str, ...]


def subject_of(catalog: str, meta: str, sources: Sequence[str], base: str) -> Subject:
    """What the files at these addresses are about; `sources` are the files that describe it."""
    repository, path = _named(catalog)
    code = github.parse_file(meta)
    return Subject(
        dataset=mint(base, "dataset", *path),
        path=path,
        repository=repository,
        code=None if isinstance(code, Refusal) else code,
        sources=tuple(sources),
    )


def record_path(url: str) -> tuple[str, ...]:
    """The name of the feedstock whose file is at `url`, part by part: owner, repository, folders.

    The usual folder, `feedstock/`, is left out. A feedstock outside GitHub is named by its address.
    """
    return _named(url)[1]


def record_key(url: str) -> str:
    """What a feedstock is called for ever: `owner/repository` on GitHub, else its address."""
    repository, path = _named(url)
    return "/".join(path) if repository else url


def file_key(url: str) -> str:
    """The same text for every address of one file; the address itself outside GitHub."""
    file = github.parse_file(url)
    return url if isinstance(file, Refusal) else file.iri


def meta_url(catalog: Mapping[str, Any]) -> str:
    """Where a `catalog.yaml` says its `meta.yaml` is, `""` if it does not."""
    for key in META_KEYS:
        value = catalog.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _named(url: str) -> tuple[github.Repository | None, tuple[str, ...]]:
    """The repository that holds the file at `url`, if it is on GitHub, and the name of the feedstock."""
    file = github.parse_file(url)
    repository = github.parse_repository(url) if isinstance(file, Refusal) else file.repository
    if isinstance(repository, Refusal):
        shown = hide(url)
        return None, (f"{slug(shown.partition('://')[2] or shown)}-{digest(shown)}",)
    folders = [] if isinstance(file, Refusal) or file.folder else file.path.split("/")[:-1]
    if folders and folders[-1] == _FOLDER:
        folders.pop()
    return repository, (*repository.key.split("/"), *folders)
