"""The page of a link: the triple in words, every place that shows it, and what curators say of it."""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.web.curation.cases import Case, case_of
from leap_kg.web.nodes.entity import EntityPage, entity_page
from leap_kg.web.revision import Revision


@dataclass(frozen=True, slots=True)
class LinkPage:
    """What the page of a link shows beside what every page has (`entity`); `case` is `None` for half a link."""

    entity: EntityPage
    case: Case | None

    @property
    def anchors(self) -> set[str]:
        """The fragments that sections of this page carry."""
        shown = {verdict.anchor for verdict in self.case.verdicts} if self.case else set()
        return self.entity.anchors | shown


def link_page(revision: Revision, node: NamedNode) -> LinkPage:
    """The page of a link."""
    return LinkPage(entity_page(revision, node), case_of(revision.reading, node.value))
