"""Settings as triples, and back: any value that a values file can hold comes back as it was.

A setting is a `schema:PropertyValue` with its `schema:name` and its `schema:position` among its sisters. What it holds
is a `schema:value`; or, if it is a `schema:StructuredValue`, settings of its own, the entries of a mapping; or, if it
is a `schema:ItemList`, the items of a list. So null is not the same as absent, `1` not as `'1'`, an empty list not as
an empty mapping, and order counts. A setting of a node, the outermost, has a `schema:sha256` too, by which whoever
reads it knows that nothing is missing: a server may give half an answer, and half a setting looks like any other.

The nodes of settings are parts of a document of their own, `…/settings` below the node that has them: a hub has a
thousand, which nobody wants on the page of the hub.

Hazards: RDF cannot hold every character, and not every number is kept to the letter by every store. Null, and
texts with characters that some RDF format lacks, are written as JSON; numbers as the shortest text that gives
the same number again.
"""

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode, Quad, Triple

from leap_kg.ingest.mapping.statements import printable
from leap_kg.ontology.iri import part
from leap_kg.ontology.namespaces import RDF, SCHEMA, XSD

Setting: TypeAlias = "bool | int | float | str | list[Setting] | dict[str, Setting] | None"
Path: TypeAlias = tuple[str | int, ...]

_NAMING = ("slug", "name", "display_name", "key", "id")
"""Keys whose text tells the items of a list apart, so that an item keeps its node when others come before it."""


class SettingFaulty(KeyError):
    """A setting is there, but only part of it is, or more than it; `args[0]` says which."""


def settings_document(owner: NamedNode) -> NamedNode:
    """The document whose parts the settings of a node are."""
    return NamedNode(f"{owner.value}/settings")


def settings_triples(
    owner: NamedNode, name: str, value: Setting, visit: Callable[[Path, NamedNode], None] = lambda path, node: None
) -> Iterator[Triple]:
    """The value as the setting `name` of `owner`; `visit` is told the node of every path inside of it."""
    document = settings_document(owner)
    root = part(document, "setting", name)
    yield from shared_triples(owner, root, value)
    yield Triple(root, SCHEMA("name"), _text(name))
    yield from _said(document, root, (name,), (), value, visit)


def shared_triples(owner: NamedNode, node: NamedNode, value: Setting) -> Iterator[Triple]:
    """That a setting is one of `owner`, also if it is part of another's: `value` is all that it holds."""
    yield Triple(owner, SCHEMA("additionalProperty"), node)
    yield Triple(node, SCHEMA("sha256"), Literal(digest(value)))


def read_setting(triples: Iterable[Triple | Quad], owner: NamedNode, name: str) -> Setting:
    """The value of the setting `name` of `owner`; raises as `SettingsReader.setting`."""
    return SettingsReader(triples).setting(owner, name)


def digest(value: Setting) -> str:
    """64 hexadecimal digits: the SHA-256 of the value as JSON in ASCII without blanks, its entries in their order."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class SettingsReader:
    """Reads settings from triples that were collected once."""

    def __init__(self, triples: Iterable[Triple | Quad]) -> None:
        self._said: dict[NamedNode, dict[NamedNode, list[object]]] = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            if isinstance(triple.subject, NamedNode):
                values = self._said[triple.subject][triple.predicate]
                if triple.object not in values:
                    values.append(triple.object)

    def setting(self, owner: NamedNode, name: str) -> Setting:
        """The value of the setting `name` of `owner`.

        Raises `KeyError` if there is none: `SettingFaulty` if what is there is not what was published.
        """
        for node in self._nodes(owner, SCHEMA("additionalProperty")):
            if self._name(node) == name:
                return self._whole(node)
        raise KeyError(f"{owner.value} has no setting {name!r}")

    def _whole(self, node: NamedNode) -> Setting:
        try:
            value = self._value(node)
            # Two sources may speak of one node: what either of them said as a whole will do.
            whole = Literal(digest(value)) in self._said[node][SCHEMA("sha256")]
        except RecursionError:
            raise SettingFaulty(f"the setting {node.value} is inside of itself") from None
        if not whole:
            raise SettingFaulty(f"the setting {node.value} is not what its schema:sha256 says")
        return value

    def _value(self, node: NamedNode) -> Setting:
        types = self._said[node][RDF("type")]
        if SCHEMA("StructuredValue") in types:
            entries = self._ordered(node, SCHEMA("additionalProperty"))
            return {self._name(entry): self._value(entry) for entry in entries}
        if SCHEMA("ItemList") in types:
            return [self._value(item) for item in self._ordered(node, SCHEMA("itemListElement"))]
        for literal in self._said[node][SCHEMA("value")]:
            if isinstance(literal, Literal):
                return _scalar(literal)
        raise SettingFaulty(f"the setting {node.value} has no value")

    def _ordered(self, node: NamedNode, predicate: NamedNode) -> Sequence[NamedNode]:
        return sorted(self._nodes(node, predicate), key=self._position)

    def _nodes(self, node: NamedNode, predicate: NamedNode) -> Iterator[NamedNode]:
        return (target for target in self._said[node][predicate] if isinstance(target, NamedNode))

    def _position(self, node: NamedNode) -> int:
        for literal in self._said[node][SCHEMA("position")]:
            if isinstance(literal, Literal):
                return int(literal.value)
        return 0

    def _name(self, node: NamedNode) -> str:
        for literal in self._said[node][SCHEMA("name")]:
            if isinstance(literal, Literal):
                return str(_scalar(literal))
        return ""


def _said(
    document: NamedNode,
    node: NamedNode,
    identity: tuple[str, ...],
    path: Path,
    value: Setting,
    visit: Callable[[Path, NamedNode], None],
) -> Iterator[Triple]:
    visit(path, node)
    yield Triple(node, RDF("type"), SCHEMA("PropertyValue"))
    if isinstance(value, dict):
        yield Triple(node, RDF("type"), SCHEMA("StructuredValue"))
        for number, (key, inner) in enumerate(value.items()):
            inside = (*identity, "k" + key)
            child = part(document, "setting", *inside)
            yield Triple(node, SCHEMA("additionalProperty"), child)
            yield Triple(child, SCHEMA("name"), _text(key))
            yield Triple(child, SCHEMA("position"), Literal(number))
            yield from _said(document, child, inside, (*path, key), inner, visit)
    elif isinstance(value, list):
        yield Triple(node, RDF("type"), SCHEMA("ItemList"))
        for number, (item, inner) in enumerate(zip(_identities(value), value, strict=True)):
            inside = (*identity, item)
            child = part(document, "setting", *inside)
            yield Triple(node, SCHEMA("itemListElement"), child)
            yield Triple(child, SCHEMA("position"), Literal(number))
            yield from _said(document, child, inside, (*path, number), inner, visit)
    else:
        yield Triple(node, SCHEMA("value"), _literal(value))


def _identities(items: Sequence[Setting]) -> Iterator[str]:
    """A text for each item of a list, each another: by its name if it has one, and the how-many-th of that name."""
    seen: dict[str, int] = defaultdict(int)
    for item in items:
        name = _named(item) if isinstance(item, dict) else _key(item)
        yield f"i{name} {seen[name]}"
        seen[name] += 1


def _named(item: Mapping[str, Setting]) -> str:
    texts = ((key, item.get(key)) for key in _NAMING)
    return next((f"{key}={text}" for key, text in texts if isinstance(text, str) and text), "")


def _key(item: Setting) -> str:
    return "" if isinstance(item, list | dict) else f"={_literal(item)}"


def _literal(value: bool | int | float | str | None) -> Literal:
    if value is None:
        return Literal("null", datatype=RDF("JSON"))
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return Literal("true" if value else "false", datatype=XSD("boolean"))
    if isinstance(value, int):
        return Literal(str(value), datatype=XSD("integer"))
    if math.isfinite(value):
        return Literal(repr(value), datatype=XSD("double"))
    return Literal("NaN" if math.isnan(value) else "INF" if value > 0 else "-INF", datatype=XSD("double"))


def _text(text: str) -> Literal:
    return Literal(text) if printable(text) == text and "\r" not in text else Literal(_json(text), datatype=RDF("JSON"))


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)


def _scalar(literal: Literal) -> bool | int | float | str | None:
    text, datatype = literal.value, literal.datatype
    if datatype == RDF("JSON"):
        value: bool | int | float | str | None = json.loads(text)
        return value
    if datatype == XSD("boolean"):
        return text in ("true", "1")
    if datatype == XSD("integer"):
        return int(text)
    if datatype in (XSD("double"), XSD("decimal"), XSD("float")):
        return float(text)
    return text
