"""A repository does what its files do: its link follows from theirs, and so does what curators say of either.

A verdict on the link of a file counts for that of the repository, as far as no other file supports it; one on the link
of the repository counts for the files: rejected, none of them does it; accepted, the only one does. Where somebody
judged a link itself, that counts, and nothing follows.
"""

from collections.abc import Iterable, Mapping

from pyoxigraph import NamedNode, Quad

from leap_kg.graph.engine import Engine
from leap_kg.graph.lookup import looked_up
from leap_kg.links.assertion import ACCEPTED, REJECTED, Evidence, weighed
from leap_kg.links.judged import DISPUTED, status_on
from leap_kg.ontology.namespaces import CITO, PROV, ours


class Siblings:
    """What verdicts come to. `own` are those on each link itself, by IRI; `supports` the links of files that those of
    repositories follow from.
    """

    def __init__(self, own: Mapping[str, str], supports: Mapping[str, Iterable[str]]) -> None:
        self._own = {link: word for link, word in own.items() if word}
        self._supports = {link: tuple(files) for link, files in supports.items() if files}
        self._above: dict[str, list[str]] = {}
        for link, files in self._supports.items():
            for file in files:
                self._above.setdefault(file, []).append(link)

    def word(self, link: str) -> str:
        """What all verdicts come to for a link: accepted, rejected, disputed, or `""` if none decides it."""
        if own := self._own.get(link):
            return own
        if files := self._supports.get(link):
            words = [self._own.get(file, "") for file in files]
            if ACCEPTED in words:
                return ACCEPTED
            return (REJECTED if set(words) == {REJECTED} else DISPUTED) if all(words) else ""
        for above in self._above.get(link, ()):
            said = self._own.get(above, "")
            if said == REJECTED or (said and self._supports[above] == (link,)):
                return said
        return ""

    def doubted(self, link: str) -> frozenset[str]:
        """The links of files that support this one no more, where others may."""
        if self.word(link):
            return frozenset()
        return frozenset(file for file in self._supports.get(link, ()) if self._own.get(file))


def family_of(store: Engine, link: str) -> dict[str, tuple[str, ...]]:
    """The link, those that a verdict on it may change, and theirs, by IRI, each with the links that it follows from."""
    above = {quad.subject.value for quad in _derived(store, None, link) if isinstance(quad.subject, NamedNode)}
    found = {link: _files(store, link)}
    for each in above:
        found[each] = _files(store, each)
    for each in [file for files in found.values() for file in files]:
        found.setdefault(each, ())
    return found


def statuses(store: Engine, base: str, links: Iterable[str]) -> dict[str, str]:
    """What curators come to about each link itself."""
    return {link: status_on(store, base, link) for link in links}


def still_held(store: Engine, base: str, files: Iterable[str]) -> float:
    """The confidence of what these links of files show together."""
    leap, found = ours(base), list[Evidence]()
    for file in files:
        for quad in looked_up(store, NamedNode(file), CITO("citesAsEvidence")):
            if isinstance(quad.object, NamedNode):
                method = next(iter(looked_up(store, quad.object, leap("method"))), None)
                sure = next(iter(looked_up(store, quad.object, leap("confidence"))), None)
                if method is not None and sure is not None:
                    name = str(getattr(method.object, "value", "")).rpartition("/")[2]
                    found.append(Evidence(name, float(getattr(sure.object, "value", "0")), "", ""))
    return weighed(found)


def _files(store: Engine, link: str) -> tuple[str, ...]:
    found = {quad.object.value for quad in _derived(store, link, None) if isinstance(quad.object, NamedNode)}
    return tuple(sorted(found))


def _derived(store: Engine, link: str | None, file: str | None) -> list[Quad]:
    return looked_up(
        store, NamedNode(link) if link else None, PROV("wasDerivedFrom"), NamedNode(file) if file else None
    )
