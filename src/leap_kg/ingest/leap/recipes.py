"""The recipes of a feedstock: code, the image it says it runs in, and the stores it is declared to build."""

import re
from collections.abc import Mapping

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import Reading
from leap_kg.ingest.leap.feedstock import Feedstock, RecipeEntry
from leap_kg.ingest.leap.naming import Subject
from leap_kg.ingest.mapping.code import describe_repository
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.identifiers import github
from leap_kg.ontology.iri import digest, mint, slug
from leap_kg.ontology.namespaces import DCT, SCHEMA, ours

_IMAGE = "pangeo/pangeo-notebook"
_IMAGE_TAG = re.compile(r"20\d{2}\.\d{2}\.\d{2}(-v\d+)?", re.ASCII)
_MODULE = re.compile(r"\w+", re.ASCII)
_RELEASE = re.compile(r"\d+(\.\d+){1,3}((a|b|rc)\d+)?(\.(post|dev)\d+)?", re.ASCII)


def map_recipes(
    feedstock: Feedstock,
    subject: Subject,
    stores: Mapping[str, NamedNode],
    reading: Reading,
    say: Statements,
    base: str,
) -> None:
    """Say which code builds the dataset; `stores` gives the node of each store by its id and by its name."""
    leap = ours(base)
    dataset, code = subject.dataset, subject.code
    say.text(dataset, leap("bakery"), feedstock.bakery)
    image = _image(feedstock.notebook_version, reading, say, base)
    package = _package(feedstock.forge_version, reading, say)
    if code is None:
        for entry in feedstock.recipes:
            reading.keep(entry.path, {"id": entry.id, "object": entry.object})
    recipes = [_recipe(entry, subject.path, code, say, base) for entry in feedstock.recipes] if code else []
    for recipe in recipes:
        say.link(dataset, leap("recipe"), recipe)
    for builder in recipes or [dataset]:
        say.link(builder, leap("runsIn"), image)
        say.link(builder, SCHEMA("softwareRequirements"), package)
    for entry, recipe in zip(feedstock.recipes, recipes, strict=False):
        if entry.id in stores:
            say.link(stores[entry.id], leap("recipe"), recipe)


def recipe_node(id: str, path: tuple[str, ...], base: str) -> NamedNode:  # noqa: A002
    """The node of the recipe that a feedstock calls so; `path` names the feedstock."""
    # A slash would make the id look like a folder of the repository.
    name = id if "/" not in id else f"{slug(id)}-{digest(id)}"
    return mint(base, "recipe", *path, name)


def _recipe(entry: RecipeEntry, path: tuple[str, ...], code: github.File, say: Statements, base: str) -> NamedNode:
    leap = ours(base)
    recipe = recipe_node(entry.id, path, base)
    say.type(recipe, leap("Recipe"), SCHEMA("SoftwareSourceCode"))
    say.text(recipe, DCT("title"), f"{entry.id} ({code.repository.key})")
    say.text(recipe, DCT("identifier"), entry.id)
    say.text(recipe, leap("entryPoint"), entry.object)
    if entry.dictionary:
        say.text(recipe, DCT("description"), "A dictionary of recipes, one for each of its keys.")
    say.link(recipe, SCHEMA("isPartOf"), describe_repository(code.repository, say))
    module = entry.object.partition(":")[0]
    if _MODULE.fullmatch(module):
        folder = code.path.rpartition("/")[0]
        file = f"{folder}/{module}.py" if folder else f"{module}.py"
        say.link(recipe, DCT("source"), github.File(code.repository, code.ref, file).blob_url)
    return recipe


def _image(version: str, reading: Reading, say: Statements, base: str) -> NamedNode | None:
    if not version:
        return None
    if not _IMAGE_TAG.fullmatch(version):
        reading.report(
            "unknown-version",
            Severity.WARNING,
            f"pangeo_notebook_version {version!r} is not a tag of {_IMAGE}",
            "Use one tag, written as 2022.06.02.",
            ("pangeo_notebook_version",),
            version,
        )
        reading.keep(("pangeo_notebook_version",), version)
        return None
    image = mint(base, "image", *_IMAGE.split("/"), version)
    say.type(image, ours(base)("ContainerImage"))
    say.text(image, DCT("title"), f"{_IMAGE}:{version}")
    return image


def _package(version: str, reading: Reading, say: Statements) -> NamedNode | None:
    if not version:
        return None
    if not _RELEASE.fullmatch(version):
        reading.report(
            "unknown-version",
            Severity.WARNING,
            f"pangeo_forge_version {version!r} is not a release of pangeo-forge-recipes",
            "Name a release such as 0.10.7; a git reference may move or vanish.",
            ("pangeo_forge_version",),
            version,
        )
        reading.keep(("pangeo_forge_version",), version)
        return None
    package = NamedNode(f"pkg:pypi/pangeo-forge-recipes@{version}")
    say.type(package, SCHEMA("SoftwareApplication"))
    say.text(package, DCT("title"), f"pangeo-forge-recipes {version}")
    return package
