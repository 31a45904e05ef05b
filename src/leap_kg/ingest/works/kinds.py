"""Kinds of works and their classes: FaBiO says what kind of text it is, schema.org and DCAT what pages show."""

from enum import Enum

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import DCAT, FABIO, SCHEMA

_PAPER = SCHEMA("ScholarlyArticle")


class Kind(Enum):
    """What a work is; the value is its name in words."""

    ARTICLE = "journal article"
    CONFERENCE_PAPER = "conference paper"
    PREPRINT = "preprint"
    THESIS = "thesis"
    REPORT = "report"
    CHAPTER = "book chapter"
    ENTRY = "reference entry"
    TEXT = "text"
    BOOK = "book"
    PROCEEDINGS = "proceedings"
    JOURNAL = "journal"
    ISSUE = "journal issue"
    REVIEW = "peer review"
    TALK = "talk"
    POSTER = "poster"
    DATASET = "dataset"
    SOFTWARE = "software"
    COLLECTION = "collection"
    OTHER = "work"

    @property
    def classes(self) -> tuple[NamedNode, ...]:
        """Its classes, the most telling first."""
        return _CLASSES[self]


_CLASSES: dict[Kind, tuple[NamedNode, ...]] = {
    Kind.ARTICLE: (FABIO("JournalArticle"), _PAPER),
    Kind.CONFERENCE_PAPER: (FABIO("ConferencePaper"), _PAPER),
    Kind.PREPRINT: (FABIO("Preprint"), _PAPER),
    Kind.THESIS: (FABIO("Thesis"), SCHEMA("Thesis"), _PAPER),
    Kind.REPORT: (FABIO("ReportDocument"), SCHEMA("Report"), _PAPER),
    Kind.CHAPTER: (FABIO("BookChapter"), SCHEMA("Chapter"), _PAPER),
    Kind.ENTRY: (FABIO("ReferenceEntry"), _PAPER),
    Kind.TEXT: (_PAPER,),
    Kind.BOOK: (FABIO("Book"), SCHEMA("Book")),
    Kind.PROCEEDINGS: (FABIO("AcademicProceedings"), SCHEMA("Book")),
    Kind.JOURNAL: (FABIO("Journal"), SCHEMA("Periodical")),
    Kind.ISSUE: (FABIO("JournalIssue"), SCHEMA("PublicationIssue")),
    Kind.REVIEW: (SCHEMA("Review"),),
    Kind.TALK: (FABIO("Presentation"), SCHEMA("PresentationDigitalDocument"), SCHEMA("CreativeWork")),
    Kind.POSTER: (FABIO("ConferencePoster"), SCHEMA("CreativeWork")),
    Kind.DATASET: (DCAT("Dataset"),),
    Kind.SOFTWARE: (SCHEMA("SoftwareSourceCode"),),
    Kind.COLLECTION: (SCHEMA("Collection"),),
    Kind.OTHER: (SCHEMA("CreativeWork"),),
}
