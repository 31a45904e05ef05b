"""The configuration of books of notebooks, Jupyter Book and MyST: the hubs that their pages start.

https://jupyterbook.org/ and https://mystmd.org/guide/integrating-jupyter have the keys.
"""

from collections.abc import Iterator
from typing import Any

from leap_kg.ingest.formats.yamltext import Document, Path, Unreadable, read_yaml
from leap_kg.ingest.mapping.finding import Finding
from leap_kg.links.environments.launching import Launch, parse_launch
from leap_kg.links.places.passage import Passage, unreadable
from leap_kg.links.signal import Role, Signal
from leap_kg.ontology.identifiers import Refusal, Repository, github

BOOKS = ("_config.yml", "myst.yml")
"""The names of the files that are read."""

_SURE = 0.95
_PUBLIC_BINDER = "https://mybinder.org"


def read_book(data: bytes, passage: Passage, findings: list[Finding]) -> Iterator[Signal]:
    """The hubs that the pages of a book start, with its repository; what is no YAML is a finding."""
    try:
        document = read_yaml(data, what=passage.path)
    except Unreadable as problem:
        # Other software has files of the same name.
        if b"launch_buttons" in data or b"jupyter" in data:
            message = f"{passage.path} cannot be read: {problem.reason}"
            findings.append(unreadable(passage.path, message, "Mend the YAML at that place."))
        return
    started = _jupyter_book(document) if passage.path.endswith(BOOKS[0]) else _myst(document)
    for launch, path in started:
        # A launch that its own address does not lead back to has a part that is none.
        if parse_launch(launch.address) == launch:
            place = passage.place(document.lines.get(path, 1))
            yield Signal("E1", Role.RUNS_IN, launch.address, _SURE, place, ".".join(map(str, path)))


def _jupyter_book(document: Document) -> Iterator[tuple[Launch, Path]]:
    book = _table(document.value)
    buttons, source = _table(book.get("launch_buttons")), _table(book.get("repository"))
    repository = _repository(source.get("url"))
    for key, service, kind in (("binderhub_url", "binder", "gh"), ("jupyterhub_url", "hub", "git-pull")):
        if (hub := _word(buttons.get(key)).rstrip("/")) and repository is not None:
            launch = Launch(service, hub, kind, repository.iri, _word(source.get("branch")))
            yield launch, ("launch_buttons", key)


def _myst(document: Document) -> Iterator[tuple[Launch, Path]]:
    project = _table(_table(document.value).get("project"))
    for key in ("jupyter", "thebe"):
        asked = _table(project.get(key)).get("binder")
        told = _table(asked)
        repository = _repository(told.get("repo")) or _repository(project.get("github"))
        if (asked is True or told) and repository is not None:
            hub = _word(told.get("url")).rstrip("/") or _PUBLIC_BINDER
            yield Launch("binder", hub, "gh", repository.iri, _word(told.get("ref"))), ("project", key, "binder")


def _repository(value: object) -> Repository | None:
    known = github.parse_repository(_word(value))
    return None if isinstance(known, Refusal) else known


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value.strip()[:500] if isinstance(value, str) else ""
