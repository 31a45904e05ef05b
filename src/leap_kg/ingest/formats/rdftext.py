"""Turtle and JSON-LD as people write them into files: bytes in, triples or one reason out.

Hazard: the files are by strangers. Nesting, size and number are bounded before a parser sees them: a triple
inside a triple 30,000 deep ends the process, a prefix of a megabyte used a thousand times fills the memory,
10,000 values of one property keep the JSON-LD processor busy for twenty seconds. That processor also leaves out
without a word what it cannot read as an IRI; here such a value is a reason, and an unknown key a finding.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NoReturn, TypeGuard

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from leap_kg.ingest.formats.reading import File, Path, Reading, dotted
from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.mapping.dates import is_date
from leap_kg.ingest.mapping.finding import Severity
from leap_kg.ingest.source import RecordUnusable
from leap_kg.ontology.iri import readable
from leap_kg.ontology.jsonld import context, context_iri, parse_document
from leap_kg.ontology.namespaces import DCAT, DCT, RDF, RDFS, SCHEMA, XSD
from leap_kg.settings import DEFAULT_BASE
from leap_kg.sparql.body import BodyLimits, BodyRefused, check_json, check_turtle

MAX_TRIPLES = 50_000
MAX_CHARACTERS = 32 * 2**20  # of all terms, once prefixes are written out
MAX_DEPTH = 64  # half of what a request may nest: the JSON-LD processor recurses in Python
MAX_VALUES = 5_000  # of a JSON document: five seconds of work if all belong to one property
MAX_CONTEXT = 8 * 2**10  # characters of all contexts of a document together

_LIMITS = BodyLimits(depth=MAX_DEPTH, json_bytes=MAX_CHARACTERS)
_OLD_SCHEMA = "http://schema.org/"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_NOT_IN_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`]')
_RUN = re.compile(r"[\x00-\x20]*(?:javascript|vbscript|data|blob):", re.IGNORECASE)
_DATES = frozenset(XSD(name) for name in ("date", "dateTime", "gYear", "gYearMonth"))
_DATED = frozenset(
    (*map(SCHEMA, ("startDate", "endDate")), *map(DCAT, ("startDate", "endDate")), DCT("issued"), DCT("modified"))
)
_JSON_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{,]', re.DOTALL)
_KEYED_CONTAINERS = {"@language", "@index", "@id", "@type", "@graph"}


def read_turtle(data: bytes, base: str, what: str) -> list[Triple]:
    """The triples of a Turtle file, blank nodes kept; relative IRIs are below `base`.

    Raises `Unreadable`; `what` names the file.
    """
    text = _text(data, base, what)
    _guarded(check_turtle, text, what)
    try:
        return list(_bounded(parse(text, format=RdfFormat.TURTLE, base_iri=base), what))
    except SyntaxError as error:
        message = re.sub(r"^Parser error at .*?: | \(line \d+\)$", "", str(error.msg))
        raise Unreadable(f"is not Turtle: {message}", error.lineno, error.offset, what) from None


def read_jsonld(data: bytes, base: str, what: str, reading: Reading) -> tuple[list[Triple], NamedNode | None]:
    """The triples of a JSON-LD file, blank nodes kept, and the node that its top-level id names, if any.

    Keys and classes that no context explains become findings of `reading`. Raises `Unreadable`, or
    `RecordUnusable` for a context that is not ours and for what cannot be an IRI.
    """
    text = _text(data, base, what)
    _check_size(text, what)
    document = _load(text, what, reading)
    terms = _Terms(document, base, what)
    terms.check(document, (), reading)
    if _is_graph(document):
        # One context for all: processing it takes longer than the rest.
        inside = list(_objects(document["@graph"], ("@graph",), reading))
        rooted: object = _below({**document, "@graph": inside}, base)
    else:
        rooted = [_below(item, base) for item in _objects(document, (), reading)]
    triples = _bounded(_processed(rooted, base, what), what)
    guesses = {NamedNode(base + name) for name in terms.unexplained}  # where the processor puts such a class
    kept = [t for t in triples if t.predicate != RDF("type") or t.object not in guesses]
    return kept, _root(document, terms, base, what)


def listed_objects(data: bytes, base: str, what: str) -> list[object] | None:
    """The items of a JSON-LD file that is a list, or a graph without a name, each a document of its own.

    `None` for any other file, and for one whose items cannot be told apart: they share blank nodes, or some keys
    stand twice. Raises `Unreadable`.
    """
    text = _text(data, base, what)
    _check_size(text, what)
    reading = Reading(files={}, default=File(what))
    document = _load(text, what, reading)
    if reading.findings or '"_:' in text:
        return None
    if isinstance(document, list):
        return list(document)
    if not _is_graph(document) or not isinstance(items := document["@graph"], list):
        return None
    return [_within(document, item) if isinstance(item, dict) else item for item in items]


def _objects(value: object, path: Path, reading: Reading) -> Iterator[dict[str, Any]]:
    """The objects of a document: of a list its items, of a graph without a name what is in it, as a list of them.

    Within a list the processor would take such a graph for one with a name of its own. What is no object says nothing,
    and is reported.
    """
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _objects(item, (*path, number), reading)
    elif _is_graph(value):
        for item in _objects(value["@graph"], (*path, "@graph"), reading):
            yield _within(value, item)
    elif isinstance(value, dict):
        yield value
    else:
        message = f"{dotted(path)} is no entry, but {json.dumps(value, ensure_ascii=False)[:100]}; it was left out"
        hint = "Write an object with an id and a type, or take it out."
        reading.report("bad-value", Severity.WARNING, message, hint, path, value)
        reading.keep(path, value)


def _is_graph(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether this is a graph without a name, and nothing else."""
    return isinstance(value, dict) and "@graph" in value and value.keys() <= {"@context", "@graph"}


def _within(document: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    """An object of a graph as a document of its own."""
    return {**item, "@context": [*_contexts_of(document), *_contexts_of(item)]}


def _contexts_of(document: Mapping[str, Any]) -> list[Any]:
    own = document.get("@context", [])
    return own if isinstance(own, list) else [own]


def tidied(triples: Iterable[Triple], reading: Reading, what: str) -> Iterator[Triple]:
    """The triples as the graph keeps them: one spelling of schema.org, no control characters in texts.

    What is no date where one is due, and addresses that browsers run, are reported and kept apart. Raises
    `RecordUnusable` for a triple about a triple.
    """
    for triple in triples:
        subject, target = triple.subject, triple.object
        if isinstance(subject, Triple) or isinstance(target, Triple):
            raise RecordUnusable("has a statement about a statement: write plain statements only", what)
        if _is_out_of_place(triple, reading):
            continue
        predicate = _respelt(triple.predicate)
        subject = _respelt(subject) if isinstance(subject, NamedNode) else subject
        if isinstance(target, NamedNode):
            target = _respelt(target)
        elif isinstance(target, Literal):
            target = _printable(target, predicate, reading)
        yield Triple(subject, predicate, target)


def _is_out_of_place(triple: Triple, reading: Reading) -> bool:
    """Whether the triple is none to publish; it is reported and kept then."""
    subject, target, name = triple.subject, triple.object, readable(triple.predicate.value)
    for node in (subject, target):
        if isinstance(node, NamedNode) and runs(node.value):
            message = f"{name}: {node.value[:100]!r} is what browsers run, no address and no name of anything"
            hint = "Write an address that begins with https://, or take it out."
            reading.report("bad-identifier", Severity.WARNING, message, hint, (name,), node.value)
            reading.keep((name,), str(triple))
            return True
    if not isinstance(target, Literal) or target.language or is_date(target.value):
        return False
    due = target.datatype in _DATES or (_respelt(triple.predicate) in _DATED and target.datatype == XSD("string"))
    if due:
        hint = "Write it as 2026-03-02, 2026-03, 2026 or 2026-03-02T14:00:00Z."
        reading.report("bad-date", Severity.WARNING, f"{name} is not a date", hint, (name,), target.value)
        reading.keep((name,), target.value)
    return due


def runs(text: str) -> bool:
    """Whether this is no address of anything, but something that a browser runs or shows when it is followed."""
    return _RUN.match(text) is not None


def _respelt(node: NamedNode) -> NamedNode:
    rest = node.value.removeprefix(_OLD_SCHEMA)
    return node if rest == node.value else NamedNode(SCHEMA + rest)


def _printable(literal: Literal, predicate: NamedNode, reading: Reading) -> Literal:
    clean = _CONTROL.sub("", literal.value)
    if clean != literal.value:
        name = readable(predicate.value)
        hint = "Remove the characters that cannot be printed."
        reading.report("bad-text", Severity.WARNING, f"{name} holds control characters", hint, (name,), literal.value)
    if literal.language:  # a direction of writing is left out: SHACL engines do not know it
        return Literal(clean, language=literal.language)
    return Literal(clean, datatype=_respelt(literal.datatype))


# --- bytes to statements, within bounds -----------------------------------------------------------------


def _text(data: bytes, base: str, what: str) -> str:
    """The text, with IRIs below the default base put below `base`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        line = data.count(b"\n", 0, failure.start) + 1
        reason = f"is not UTF-8: byte 0x{data[failure.start]:02X} at byte offset {failure.start}; save it as UTF-8"
        raise Unreadable(reason, line, what=what) from None
    return text if base == DEFAULT_BASE else text.replace(DEFAULT_BASE, base)


def _bounded(statements: Iterable[Triple], what: str) -> Iterator[Triple]:
    characters = 0
    for number, statement in enumerate(statements):
        triple = Triple(statement.subject, statement.predicate, statement.object)
        characters += len(str(triple))
        if number >= MAX_TRIPLES or characters > MAX_CHARACTERS:
            reason = f"says more than {MAX_TRIPLES} triples or {MAX_CHARACTERS} characters: split the file"
            raise Unreadable(reason, what=what)
        yield triple


def _guarded(check: Callable[[bytes, BodyLimits], None], text: str, what: str) -> None:
    """Let the guard of a format look at the text before its parser does."""
    try:
        check(text.encode(), _LIMITS)
    except BodyRefused as refused:
        raise Unreadable(refused.detail, refused.line, refused.column, what) from None


def _check_size(text: str, what: str) -> None:
    _guarded(check_json, text, what)
    values = 0
    for token in _JSON_TOKEN.finditer(text):
        values += token[0] in ("[", "{", ",")
        if values > MAX_VALUES:
            raise Unreadable(f"holds more than {MAX_VALUES} values: split the file, or write Turtle", what=what)


def _load(text: str, what: str, reading: Reading) -> dict[str, Any] | list[Any]:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(items)
        for key in [key for key, number in Counter(key for key, _ in items).items() if number > 1]:
            message = f"the key {key!r} stands twice in one object; the later value counts"
            reading.report("duplicate-key", Severity.WARNING, message, "Keep one of the two.", (key,))
        return mapping

    def constant(name: str) -> NoReturn:
        raise ValueError(f"{name} is no number of JSON")

    try:
        document = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise Unreadable(f"is not JSON: {error.msg}", error.lineno, error.colno, what) from None
    except ValueError as error:
        raise Unreadable(f"is not JSON: {error}", what=what) from None
    if not isinstance(document, dict | list):
        raise Unreadable("is not a JSON object or a list of them", what=what)
    return document


def _below(document: dict[str, Any], base: str) -> dict[str, Any]:
    """The object with relative IRIs below `base`, unless its own context says otherwise."""
    return {**document, "@context": [{"@base": base}, *_contexts_of(document)]}


def _processed(document: object, base: str, what: str) -> list[Triple]:
    try:
        return parse_document(json.dumps(document).encode(), base)
    except Exception as error:  # noqa: BLE001 - PyLD answers faulty documents with exceptions of all kinds
        raise RecordUnusable(f"is not JSON-LD: {error}; check its context and its IRIs", what) from None


def _root(document: object, terms: "_Terms", base: str, what: str) -> NamedNode | None:
    """The node that the top-level id names: the subject of a document that says no more than that id."""
    if not isinstance(document, dict) or "@graph" in document:
        return None
    for key in sorted(terms.ids & document.keys()):
        named = {"@context": document.get("@context", []), key: document[key], "@type": RDFS("Resource").value}
        for triple in _processed(_below(named, base), base, what):
            if isinstance(triple.subject, NamedNode):
                return _respelt(triple.subject)
    return None


# --- what the contexts of a document explain ------------------------------------------------------------


class _Terms:
    """The terms that a document may use, and which of them take IRIs."""

    def __init__(self, document: object, base: str, what: str) -> None:
        self._what = what
        self._base = base
        self._room = MAX_CONTEXT
        self._any = False
        self.unexplained: set[str] = set()
        self._definitions: dict[str, Any] = {}
        self._take(context(base)["@context"])
        for found in _contexts(document):
            self._room -= len(json.dumps(found))
            if self._room < 0:
                raise RecordUnusable(f"its contexts are longer than {MAX_CONTEXT} characters: use ours", what)
            self._inspect(found)
        self.ids = {"@id"} | {name for name, meaning in self._definitions.items() if meaning == "@id"}
        self._types = {"@type"} | {name for name, meaning in self._definitions.items() if meaning == "@type"}

    def _inspect(self, found: object) -> None:
        """Take in a context of the document; refuses what would have to be fetched and what is no IRI."""
        if isinstance(found, list):
            for item in found:
                self._inspect(item)
        elif isinstance(found, str):
            if found != context_iri(self._base):
                reason = f"the context {found} is not bundled: use {context_iri(self._base)} or write it inline"
                raise RecordUnusable(reason, self._what)
        elif isinstance(found, dict):
            if "@import" in found:
                raise RecordUnusable("its context has an @import: write the context inline", self._what)
            for text in _strings(found):
                self._check_iri(text, "its context")
            self._take(found)

    def _take(self, found: Mapping[str, Any]) -> None:
        self._any |= "@vocab" in found
        self._definitions.update(found)

    def _check_iri(self, text: str, place: str) -> None:
        if bad := _NOT_IN_IRI.search(text):
            reason = f"{place} holds {text[:200]!r}, which is no IRI: percent-encode {bad[0]!r} or take it out"
            raise RecordUnusable(reason, self._what)

    def check(self, value: object, path: Path, reading: Reading) -> None:
        """Report keys and classes that nothing explains; raises `RecordUnusable` for what is no IRI."""
        if isinstance(value, list):
            for number, item in enumerate(value):
                self.check(item, (*path, number), reading)
        elif isinstance(value, dict):
            named = {key for key in value if ":" in key or key.startswith("@")}
            known = [*self._definitions, *named]
            if not self._any:
                reading.rest(value, known, path, beside=True)
            for key in named | (value.keys() & self._definitions.keys()):
                self._check_iri(key, "a key")
                self._check_value(key, value[key], (*path, key), reading)

    def _check_value(self, key: str, value: object, path: Path, reading: Reading) -> None:
        definition = self._definitions.get(key)
        coercion = definition.get("@type") if isinstance(definition, dict) else None
        if key in self._types or key in self.ids or coercion in ("@id", "@vocab"):
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str):
                    self._check_iri(text, dotted(path))
                    if key in self._types:
                        self._check_class(text, path, reading)
        if key in ("@context", "@value"):
            return
        if _keyed(definition) and isinstance(value, dict):
            value = list(value.values())
        self.check(value, path, reading)

    def _check_class(self, text: str, path: Path, reading: Reading) -> None:
        if not self._any and ":" not in text and text not in self._definitions:
            self.unexplained.add(text)
            message = f"{dotted(path)} names the class {text!r}, which no context explains"
            hint = "Correct its spelling, or write its IRI."
            reading.report("bad-value", Severity.WARNING, message, hint, path, text)


def _keyed(definition: object) -> bool:
    """Whether the values of a term are given as a mapping whose keys are no terms."""
    container = definition.get("@container") if isinstance(definition, dict) else None
    return bool(_KEYED_CONTAINERS & set(container if isinstance(container, list) else [container]))


def _contexts(value: object) -> Iterator[object]:
    """All contexts in a document, those inside contexts too."""
    if isinstance(value, dict) and "@context" in value:
        yield value["@context"]
    for item in _items(value):
        yield from _contexts(item)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in _items(value):
        yield from _strings(item)


def _items(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
