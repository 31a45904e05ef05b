"""The recipes of one feedstock as triples, on the nodes that the catalogue's record of it has.

A feedstock that the catalogue lists is described there; here only its recipes are. One that no catalogue lists is
described here, under the name it would have there.
"""

from collections.abc import Mapping

from pyoxigraph import NamedNode

from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.leap.feedstock import Feedstock, RecipeEntry, read_feedstock
from leap_kg.ingest.leap.naming import Subject, subject_of
from leap_kg.ingest.leap.recipes import map_recipes, recipe_node
from leap_kg.ingest.leap.record import Read, map_files, map_merged, merge, read_mapping
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.pangeoforge.code import Code, read_code
from leap_kg.ingest.source import Mapped, Part, RawRecord, RecordUnusable
from leap_kg.ontology.iri import iri_text
from leap_kg.ontology.namespaces import DCT, SCHEMA

MODULE = "module:"
"""A part whose role begins so is a module of recipes; its name follows."""

OWN = "own-catalog"
"""The role of a `catalog.yaml` that lies beside the meta.yaml, but that the catalogue does not list."""


def map_recipes_of(record: RawRecord, base: str) -> Mapped:
    """The record as triples; raises `Unreadable` or `RecordUnusable` if its meta.yaml is hopeless."""
    meta, catalog = record.part("meta"), record.part("catalog")
    if meta is None:
        raise RecordUnusable("the stored record lacks its meta.yaml; harvest it again", record.key)
    described = read_mapping(meta)
    if catalog is not None:
        return _listed(record, described, read_mapping(catalog), base)
    own = record.part(OWN)
    reading, merged = Reading({}, described.file), described.value
    if own is not None:
        mapped = map_files(record.key, own, meta, base)
        merged = merge(read_mapping(own).value, described.value)
        reading.findings += mapped.findings
        subject = subject_of(own.url, meta.url, (own.url, meta.url), base)
    else:
        subject = subject_of(meta.url, meta.url, (meta.url,), base)
        mapped = map_merged(record.key, described.value, subject, reading, base)
    say = Statements()
    say.extend(mapped.triples)
    # The feedstock once more, for its recipes; what was wrong with it has been reported.
    feedstock = read_feedstock(merged, Reading({}, described.file))
    _describe(record, feedstock, subject, reading, say, base)
    return Mapped(record.key, mapped.subject, say.triples(), list(reading.findings), mapped.logins)


def _listed(record: RawRecord, described: Read, listed: Read, base: str) -> Mapped:
    subject = subject_of(listed.part.url, described.part.url, (listed.part.url, described.part.url), base)
    reported = Reading({}, described.file)
    feedstock = read_feedstock(merge(listed.value, described.value), reported)
    say = Statements()
    map_recipes(feedstock, subject, {}, reported, say, base)
    say.link(subject.dataset, DCT("source"), iri_text(described.part.url))
    reading = Reading({}, described.file)
    _describe(record, feedstock, subject, reading, say, base)
    return Mapped(record.key, subject.dataset, say.triples(), list(reading.findings))


def _describe(
    record: RawRecord, feedstock: Feedstock, subject: Subject, reading: Reading, say: Statements, base: str
) -> None:
    """What the modules say of the recipes that meta.yaml declares."""
    modules = {part.role.removeprefix(MODULE): part for part in record.parts if part.role.startswith(MODULE)}
    codes = {name: _read(name, part, reading) for name, part in modules.items()}
    if subject.code is None:
        return
    for entry in feedstock.recipes:
        module, _, name = entry.object.partition(":")
        recipe = recipe_node(entry.id, subject.path, base)
        if not entry.object:
            hint = "Write object: module:name, such as recipe:recipe."
            message = f"the recipe {entry.id} does not say which object builds it"
            reading.report("missing-object", Severity.INFO, message, hint, entry.path)
        elif not name.isidentifier() or not module.isidentifier():
            hint = "Write module:name as Python would, such as recipe:recipe."
            message = f"{entry.object!r} cannot be an object of a module: names have letters, digits and underscores"
            reading.report("missing-object", Severity.WARNING, message, hint, entry.place, entry.object)
        elif (code := codes.get(module)) is not None:
            _recipe(entry, name, code, modules[module], recipe, codes, reading, say)


def _read(name: str, part: Part, reading: Reading) -> Code | None:
    try:
        return read_code(part.data, what=part.url)
    except Unreadable as problem:
        message = f"{name}.py cannot be read: {problem.reason}"
        hint = "Mend the module, so that it can be parsed by a current Python."
        reading.files = {**reading.files, name: File(part.url)}
        reading.report("unreadable-file", Severity.WARNING, message, hint, (name,))
        return None


def _recipe(
    entry: RecipeEntry,
    name: str,
    code: Code,
    part: Part,
    recipe: NamedNode,
    codes: Mapping[str, Code | None],
    reading: Reading,
    say: Statements,
) -> None:
    defined = code.defined.get(name)
    if defined is None:
        hint = "Name an object that the module defines."
        if found := ", ".join(each.name for each in code.recipes[:20]):
            hint = f"Name one of those that look like recipes: {found}."
        message = f"{part.url.rpartition('/')[2]} defines no {name}"
        reading.report("missing-object", Severity.WARNING, message, hint, entry.place, entry.object)
    elif defined.steps:
        say.text(recipe, SCHEMA("abstract"), " | ".join(defined.steps))
    for key in defined.keys if defined is not None and entry.dictionary else ():
        say.text(recipe, SCHEMA("alternateName"), key)
    # A module seldom says which of its recipes reads which address, so all of them are said of each.
    for address in code.inputs:
        say.link(recipe, SCHEMA("isBasedOn"), iri_text(address))
    for template in code.templates:
        say.text(recipe, SCHEMA("urlTemplate"), template)
