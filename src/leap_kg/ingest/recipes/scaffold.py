"""Makes a new feedstock that checks and runs as it is: a recipe, its description, its catalogue entry, its CI.

What it reads at first are two small files that the recipe's own folder holds, so that it runs before it is edited.
"""

import json
import re
from importlib import metadata
from pathlib import Path
from string import Template

from leap_kg.ontology.identifiers import github
from leap_kg.ontology.iri import slug
from leap_kg.resources import declarations

_PUBLIC = re.compile(r"https://[\w.-]+/[\w./~-]+", re.ASCII)


class Taken(ValueError):
    """The place cannot be used; the message says why."""


def scaffold(folder: Path, repository: github.Repository, title: str) -> list[Path]:
    """Write the files of a new feedstock below the folder; returns them. Raises `Taken` for a folder that has any."""
    template = declarations() / "ingest" / "recipes" / "template"
    name = slug(repository.name.removesuffix("-feedstock").removesuffix("_feedstock"))
    filled = {"repository": repository.display, "name": name, "title": title.replace('"', "'"), "origin": _origin()}
    written = []
    for source in sorted(file for file in template.rglob("*") if file.is_file()):
        place, data = folder / source.relative_to(template), source.read_bytes()
        if source.suffix == ".in":
            place, data = place.with_suffix(""), Template(data.decode()).safe_substitute(filled).encode()
        if place.exists():
            raise Taken(f"{place} is there already: name a new folder")
        written.append((place, data))
    try:
        for place, data in written:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    except OSError as error:
        raise Taken(f"{folder} cannot be written: {error.strerror}") from None
    return [place for place, _ in written]


def _origin() -> str:
    """What gives pip the leap-kg that is installed here, as GitHub's workflows write a text; `''` if it is not known.

    That is the commit that it was installed from by git, else the repository that its package names.
    """
    try:
        distribution = metadata.distribution("leap-kg")
    except metadata.PackageNotFoundError:
        return "''"
    return f"'{_by_commit(distribution) or _by_repository(distribution)}'"


def _by_commit(distribution: metadata.Distribution) -> str:
    try:
        said = json.loads(distribution.read_text("direct_url.json") or "{}")
        url, commit = said["url"], said["vcs_info"]["commit_id"]
    except (ValueError, KeyError, TypeError):
        return ""
    return f"git+{url}@{commit}" if _PUBLIC.fullmatch(str(url)) and str(commit).isalnum() else ""


def _by_repository(distribution: metadata.Distribution) -> str:
    for each in distribution.metadata.get_all("Project-URL") or ():
        label, _, url = str(each).partition(", ")
        if label.lower() in ("repository", "source") and _PUBLIC.fullmatch(url):
            return f"git+{url}"
    return ""
