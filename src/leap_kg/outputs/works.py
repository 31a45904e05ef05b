"""Which records are versions of one work: a preprint and its article, the versions of a dataset.

A record is of the work of another if a chain of statements leads from one to the other, each of which says that two are
versions of one another or the same. Titles prove nothing. Of the versions in a report one counts: an article before a
preprint, then the latest, then the one whose IRI is last in the order of letters, so that any reader counts the same.
"""

from collections.abc import Iterable, Sequence

from leap_kg.outputs.kind import Kind
from leap_kg.outputs.output import Output


class Works:
    """The works of some records; what two records are both versions of joins them, even if it is no record itself."""

    def __init__(self, outputs: Iterable[Output]) -> None:
        self._above: dict[str, str] = {}
        for each in outputs:
            for other in each.versions:
                self._above[self.of(each.iri)] = self.of(other)

    def of(self, iri: str) -> str:
        """The IRI that stands for the work of a record."""
        path = []
        while (above := self._above.get(iri, iri)) != iri:
            path.append(iri)
            iri = above
        self._above.update(dict.fromkeys(path, iri))
        return iri

    def counted(self, outputs: Sequence[Output]) -> tuple[list[Output], list[Output]]:
        """The records that count, one for each work, and the other versions of these, both in the order given."""
        best: dict[str, Output] = {}
        for each in outputs:
            work = self.of(each.iri)
            best[work] = max(best.get(work, each), each, key=_rank)
        count = {each.iri for each in best.values()}
        return [each for each in outputs if each.iri in count], [each for each in outputs if each.iri not in count]


def _rank(output: Output) -> tuple[bool, str, str]:
    return output.kind is not Kind.PREPRINT, output.issued[:10], output.iri
