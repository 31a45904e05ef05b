"""Records without the secrets of addresses: before anything is said of them, kept of them, or told to anybody.

Every source gives what it lists and maps to `Taker`, which lets it through here, so that no source has to think of
passwords in addresses. What was taken out becomes a finding that says where to, and never what.

Hazard: the key of a record may be an address. The source is asked for the record by the key that it gave; everybody
else knows it by the one without secrets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal, NamedNode, Triple

from leap_kg.ingest.mapping.finding import Finding, Place, Severity
from leap_kg.ingest.source import Mapped, Part, RawRecord, Ref
from leap_kg.redaction import HIDDEN, hide, may_hold_secrets

_MOST_FINDINGS = 20
_LONGEST = 300  # characters of an address that is shown
_ADDRESS = re.compile(rf"[^\s\"'<>`\\]*{HIDDEN}[^\s\"'<>`\\]*")
_HINT = (
    "Revoke the key, or change the password: whoever could read the record could read it. Then take it out of the "
    "address."
)


@dataclass(slots=True)
class Names:
    """What the records of one listing are called; two whose keys differ in their secrets only are still two."""

    _known: dict[str, dict[str, int]] = field(default_factory=dict)

    def shown(self, ref: Ref) -> Ref:
        """The reference without secrets."""
        key, url = hide(ref.key), hide(ref.url)
        found = tuple(map(_part, ref.found))
        if key != ref.key:
            alike = self._known.setdefault(key, {})
            number = alike.setdefault(ref.key, len(alike) + 1)
            key = key if number == 1 else f"{key} ({number})"
        elif url == ref.url and found == ref.found:
            return ref
        return replace(ref, key=key, url=url, found=found)


def without_secrets_in_addresses(record: RawRecord) -> RawRecord:
    """The record with addresses of its bodies that may be shown; the bodies themselves are what they are."""
    return replace(record, parts=tuple(map(_part, record.parts)))


def without_secrets(mapped: Mapped, text: bytes, base: str) -> Mapped:
    """The record, which says `text`, without the secrets in what it says; the same object if there are none."""
    logins = {login: _place(place) for login, place in mapped.logins.items()}
    if logins != mapped.logins:
        mapped = replace(mapped, logins=logins)
    if not may_hold_secrets(text) or hide(said := text.decode()) == said:
        return mapped
    changed: list[str] = []
    triples = [_triple(triple, changed) for triple in mapped.triples]
    if not changed:
        return mapped
    subject = NamedNode(hide(mapped.subject.value))
    addresses = dict.fromkeys(found[:_LONGEST] for text in changed for found in _ADDRESS.findall(text))
    found = [triple for address in list(addresses)[:_MOST_FINDINGS] for triple in _finding(address, subject, base)]
    return replace(mapped, subject=subject, triples=list(dict.fromkeys([*triples, *found])))


def _finding(address: str, record: NamedNode, base: str) -> Iterator[Triple]:
    message = "an address holds a password, a key or a token, which was taken out before the record was published"
    return Finding("secret", Severity.VIOLATION, message, _HINT, value=address).triples(record, base)


def _triple(triple: Triple, changed: list[str]) -> Triple:
    """The triple without secrets; terms that hid one are noted."""
    subject, target = triple.subject, triple.object
    if isinstance(subject, NamedNode):
        subject = _node(subject, changed)
    if isinstance(target, NamedNode):
        target = _node(target, changed)
    elif isinstance(target, Literal) and (shown := hide(target.value)) != target.value:
        changed.append(shown)
        if target.language:
            target = Literal(shown, language=target.language)
        else:
            target = Literal(shown, datatype=target.datatype)
    return Triple(subject, triple.predicate, target)


def _node(node: NamedNode, changed: list[str]) -> NamedNode:
    shown = hide(node.value)
    if shown == node.value:
        return node
    changed.append(shown)
    return NamedNode(shown)


def _part(part: Part) -> Part:
    url = hide(part.url)
    return part if url == part.url else replace(part, url=url)


def _place(place: Place) -> Place:
    return Place(hide(place.pointer), hide(place.file) if place.file else place.file)
