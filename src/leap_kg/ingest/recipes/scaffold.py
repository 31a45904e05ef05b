"""Makes a new feedstock that checks and runs as it is: a recipe, its description, its catalogue entry, its CI.

What it reads at first are two small files that the recipe's own folder holds, so that it runs before it is edited.
"""

from pathlib import Path
from string import Template

from leap_kg.ontology.identifiers import github
from leap_kg.ontology.iri import slug
from leap_kg.resources import declarations


class Taken(ValueError):
    """The place cannot be used; the message says why."""


def scaffold(folder: Path, repository: github.Repository, title: str) -> list[Path]:
    """Write the files of a new feedstock below the folder; returns them. Raises `Taken` for a folder that has any."""
    template = declarations() / "ingest" / "recipes" / "template"
    name = slug(repository.name.removesuffix("-feedstock").removesuffix("_feedstock"))
    filled = {"repository": repository.display, "name": name, "title": title.replace('"', "'")}
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
