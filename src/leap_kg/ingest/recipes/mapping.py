"""A run as triples: the dataset as its feedstock describes it, each store as its metadata do, and how it was made.

The nodes are those that harvesting the feedstock and the store give, so that what is said meets in one place. Of the
run itself the process that made the store is believed only what it read; all else is what was seen from outside.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg import __version__
from leap_kg.ingest.fetch import FetchFailed
from leap_kg.ingest.formats.reading import File, Reading
from leap_kg.ingest.leap.feedstock import RecipeEntry
from leap_kg.ingest.leap.naming import subject_of
from leap_kg.ingest.leap.recipes import recipe_node
from leap_kg.ingest.mapping.extents import say_box, say_period
from leap_kg.ingest.mapping.finding import Finding
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.pangeoforge.mapping import OWN, map_recipes_of
from leap_kg.ingest.recipes.account import Account, Made
from leap_kg.ingest.recipes.checkout import Checkout
from leap_kg.ingest.recipes.environments import Environment
from leap_kg.ingest.recipes.process import JobFailed
from leap_kg.ingest.runs.hiding import without_secrets
from leap_kg.ingest.runs.replaying import NoFetcher
from leap_kg.ingest.source import Mapped
from leap_kg.ingest.state.rows import said_text
from leap_kg.ingest.zarr.attributes import stated_box, stated_period
from leap_kg.ingest.zarr.coordinates import extent, wanted_keys
from leap_kg.ingest.zarr.hierarchy import Hierarchy
from leap_kg.ingest.zarr.keeping import keeping
from leap_kg.ingest.zarr.mapping import map_store
from leap_kg.ingest.zarr.probing import probe
from leap_kg.ingest.zarr.silence import Silence
from leap_kg.ingest.zarr.targets import Refused, target
from leap_kg.ingest.zarr.thumbnail import PICTURE, pictured, say_picture
from leap_kg.ontology.identifiers import Refusal, storage
from leap_kg.ontology.iri import iri_text, mint, part
from leap_kg.ontology.namespaces import DCAT, DCT, PROV, SCHEMA, XSD, ours
from leap_kg.redaction import HIDDEN, redact

_MOST_SOURCES = 1000
_LONGEST_VALUE = 500


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one recipe, as it was seen from outside; `settings` are what it was asked for, without secrets."""

    name: str
    checkout: Checkout
    entry: RecipeEntry
    runner: str
    environment: Environment
    started: datetime
    ended: datetime
    account: Account
    settings: Mapping[str, str] = field(default_factory=dict)
    pruned: bool = False

    def iri(self, base: str) -> NamedNode:
        """The run's node."""
        return run_iri(self.name, base)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a store, and its picture (PNG; empty if none could be drawn), which goes where bodies go."""

    triples: list[Triple]
    picture: bytes = b""


def run_iri(name: str, base: str) -> NamedNode:
    """The node of the run so called."""
    return mint(base, "run", name)


def settings_of(options: Mapping[str, Any], sets: Mapping[str, Any]) -> dict[str, str]:
    """What a run was asked for, as texts that may be shown: options by their names, and what `--set` was given."""
    named = {**options, **{f"--set {name}": value for name, value in sets.items()}}
    return {name: _setting(name.removeprefix("--set "), value) for name, value in named.items()}


def _setting(name: str, value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    asked = f"?{name}=value"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if redact(asked) != asked:
        return HIDDEN
    return (shown if HIDDEN in (shown := redact(text)) else text)[:_LONGEST_VALUE]


def feedstock_triples(checkout: Checkout, base: str) -> list[Triple]:
    """What the feedstock says, its findings included; raises `Unreadable` or `RecordUnusable`."""
    mapped = map_recipes_of(checkout.record, base)
    found = list(mapped.triples)
    for finding in mapped.findings:
        if finding.kind != "missing-stores":  # the run has just made one
            found += finding.triples(mapped.subject, base)
    return _shown(mapped.subject, found, base)


def store_triples(run: Run, made: Made, staged: Path, final: str, findings: Iterable[Finding], base: str) -> Said:
    """What is said of a store that is staged and will be at this address; raises `JobFailed` if it is damaged."""
    location = storage.parse(final)
    if isinstance(location, Refusal):
        raise JobFailed("target", f"{final} cannot be named in the graph ({location.reason}): choose another target")
    found = target(staged.absolute().as_uri(), None, (), local=True)
    if isinstance(found, Refused):
        raise JobFailed("target", f"{staged}: {found.reason}")
    try:
        hierarchy = probe(found, NoFetcher()).hierarchy
        if (asking := keeping(found, hierarchy, NoFetcher())) is not None:
            asking.all(wanted_keys(hierarchy))
    except (Silence, FetchFailed) as problem:
        raise JobFailed("unreadable", f"the store cannot be read: {problem}") from None
    chunks = {key: body.data for key, body in asking.bodies.items()} if asking else {}
    reading, said = Reading({}, File(location.iri)), Statements()
    store = map_store(location, hierarchy, chunks, reading, said, base)
    drawn = {each.role: each for each in (pictured(asking, hierarchy) if asking else ())}
    say_picture(store, drawn, hierarchy, reading, said, base)
    say = Statements()
    # The marks of the build make a node of the run too, with less to say of it.
    told = (triple for triple in said.triples() if triple.subject != run.iri(base))
    unnamed = Triple(store, DCT("title"), Literal(location.uri))
    title = Triple(store, DCT("title"), Literal(_title(run, made)))
    say.extend(title if triple == unnamed else triple for triple in told)
    for finding in (*reading.findings, *findings):
        say.extend(finding.triples(store, base))
    dataset, _ = _subjects(run, base)
    _say_extent(dataset, hierarchy, chunks, say)
    _of_store(run, made, store, _stored_bytes(staged), say, base)
    _of_run(run, store, say, base)
    return Said(_shown(store, say.triples(), base), drawn[PICTURE].data if PICTURE in drawn else b"")


def _title(run: Run, made: Made) -> str:
    """What a store is called that does not say it: as the dataset, and by which of its stores it is."""
    title = run.checkout.feedstock.title or run.checkout.repository.display
    return title if len(run.account.stores) == 1 else f"{title}: {made.key or made.path}"


def _shown(subject: NamedNode, triples: list[Triple], base: str) -> list[Triple]:
    """The triples without secrets of addresses."""
    return without_secrets(Mapped(subject.value, subject, triples, []), said_text(triples), base).triples


def _say_extent(dataset: NamedNode, hierarchy: Hierarchy, chunks: Mapping[str, bytes], say: Statements) -> None:
    """Where and when the data are is true of the dataset too; catalogues are searched by it."""
    found = extent(hierarchy, chunks)
    where = found.where or stated_box(hierarchy.attributes)
    if where is not None:
        say_box(dataset, where, say)
    start, end = (found.start, found.end) if found.start or found.end else stated_period(hierarchy.attributes)
    say_period(dataset, start, end, say)


def _of_store(run: Run, made: Made, store: NamedNode, size: int, say: Statements, base: str) -> None:
    leap = ours(base)
    dataset, recipe = _subjects(run, base)
    say.link(dataset, DCAT("distribution"), store)
    say.link(store, leap("recipe"), recipe)
    say.link(store, PROV("wasGeneratedBy"), run.iri(base))
    say.text(store, SCHEMA("contentSize"), f"{size} B")
    for url in made.inputs[:_MOST_SOURCES]:
        say.link(store, PROV("wasDerivedFrom"), _source(url))


def _of_run(run: Run, store: NamedNode, say: Statements, base: str) -> None:
    node = say.type(run.iri(base), PROV("Activity"))
    _, recipe = _subjects(run, base)
    agent = say.type(mint(base, "agent", f"leap-kg-{__version__}"), PROV("SoftwareAgent"))
    say.text(agent, DCT("title"), f"leap-kg {__version__}")
    say.text(node, DCT("title"), f"Run of the recipe {run.entry.id} ({run.checkout.repository.key}), {run.runner}")
    say.text(node, PROV("startedAtTime"), _moment(run.started), XSD("dateTime"))
    say.text(node, PROV("endedAtTime"), _moment(run.ended), XSD("dateTime"))
    seconds = (run.ended - run.started).total_seconds()
    say.text(node, SCHEMA("duration"), f"PT{seconds:.3f}S", XSD("duration"))
    for name, value in run.settings.items():
        setting = say.type(part(node, "setting", name), SCHEMA("PropertyValue"))
        say.link(node, SCHEMA("additionalProperty"), setting)
        say.text(setting, SCHEMA("name"), name)
        say.text(setting, SCHEMA("value"), value)
    say.link(node, PROV("wasAssociatedWith"), agent)
    say.link(node, PROV("used"), recipe)
    say.link(node, PROV("used"), _environment(run.environment, say, base))
    if run.checkout.commit_url:
        say.link(node, PROV("used"), say.document(run.checkout.commit_url, "recipe at the commit of the run"))
    say.link(node, PROV("generated"), store)
    for each in run.account.inputs:
        entity = say.type(part(node, "input", each.url), PROV("Entity"))
        say.link(node, PROV("used"), entity)
        say.text(entity, DCT("title"), urlsplit(each.url).path.rpartition("/")[2] or each.url)
        say.link(entity, DCT("source"), _source(each.url))
        if each.size is not None:
            say.text(entity, DCAT("byteSize"), str(each.size), XSD("nonNegativeInteger"))
        say.text(entity, SCHEMA("sha256"), each.sha256)


def _environment(environment: Environment, say: Statements, base: str) -> NamedNode:
    """The environment, with what its lock installs."""
    node = mint(base, "environment", "recipes", f"{environment.name}-{environment.digest[:12]}")
    say.type(node, ours(base)("Environment"))
    say.text(node, DCT("title"), f"Environment of recipes, {environment.name}")
    say.text(node, SCHEMA("sha256"), environment.digest)
    for name, version in environment.packages().items():
        package = say.type(NamedNode(f"pkg:pypi/{name}@{version}"), SCHEMA("SoftwareApplication"))
        say.text(package, DCT("title"), f"{name} {version}")
        say.link(node, SCHEMA("softwareRequirements"), package)
    return node


def _subjects(run: Run, base: str) -> tuple[NamedNode, NamedNode]:
    """The dataset and the recipe, named as harvesting the feedstock names them."""
    urls: Mapping[str, str] = {part.role: part.url for part in run.checkout.record.parts}
    subject = subject_of(urls.get(OWN, urls["meta"]), urls["meta"], (), base)
    return subject.dataset, recipe_node(run.entry.id, subject.path, base)


def _source(url: str) -> str | None:
    """The node of a file, named as everywhere."""
    location = storage.parse(url)
    return iri_text(url) if isinstance(location, Refusal) else location.iri


def _stored_bytes(store: Path) -> int:
    return sum(file.stat().st_size for file in store.rglob("*") if file.is_file())


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
