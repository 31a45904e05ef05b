"""Kinds of outputs, and what reference managers call them.

The types of CSL are those of its schema 1.0.2, the tags of RIS those that its readers share, the entries of BibTeX
those of its standard styles; BibTeX has none for data and software, which its styles print as `misc`.
"""

from dataclasses import dataclass
from enum import Enum

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import DCAT, FABIO, FAIR4ML, SCHEMA


@dataclass(frozen=True, slots=True)
class Names:
    """The kind in words, and in the three formats."""

    singular: str
    plural: str
    csl: str
    ris: str
    bibtex: str


class Kind(Enum):
    """What an output is; the value is its name in addresses and commands."""

    ARTICLE = "article"
    CONFERENCE_PAPER = "conference-paper"
    PREPRINT = "preprint"
    THESIS = "thesis"
    REPORT = "report"
    CHAPTER = "chapter"
    ENTRY = "entry"
    BOOK = "book"
    PROCEEDINGS = "proceedings"
    TALK = "talk"
    POSTER = "poster"
    TEXT = "paper"
    DATASET = "dataset"
    MODEL = "model"
    SOFTWARE = "software"
    TRAINING = "training"

    @property
    def names(self) -> Names:
        """What it is called."""
        return _NAMES[self]

    @property
    def is_publication(self) -> bool:
        """Whether it is a text that is published, and not data, code or a course."""
        return self not in _OTHERS


_OTHERS = frozenset((Kind.DATASET, Kind.MODEL, Kind.SOFTWARE, Kind.TRAINING))
_NAMES = {
    Kind.ARTICLE: Names("Journal article", "Journal articles", "article-journal", "JOUR", "article"),
    Kind.CONFERENCE_PAPER: Names(
        "Conference paper", "Conference papers", "paper-conference", "CPAPER", "inproceedings"
    ),
    Kind.PREPRINT: Names("Preprint", "Preprints", "article", "UNPB", "misc"),
    Kind.THESIS: Names("Thesis", "Theses", "thesis", "THES", "phdthesis"),
    Kind.REPORT: Names("Report", "Reports", "report", "RPRT", "techreport"),
    Kind.CHAPTER: Names("Book chapter", "Book chapters", "chapter", "CHAP", "incollection"),
    Kind.ENTRY: Names("Reference entry", "Reference entries", "entry-encyclopedia", "ENCYC", "incollection"),
    Kind.BOOK: Names("Book", "Books", "book", "BOOK", "book"),
    Kind.PROCEEDINGS: Names("Proceedings", "Proceedings", "book", "CONF", "proceedings"),
    Kind.TALK: Names("Talk", "Talks", "speech", "SLIDE", "misc"),
    Kind.POSTER: Names("Poster", "Posters", "speech", "SLIDE", "misc"),
    Kind.TEXT: Names("Paper", "Other papers", "article", "GEN", "misc"),
    Kind.DATASET: Names("Dataset", "Datasets", "dataset", "DATA", "misc"),
    Kind.MODEL: Names("Machine-learning model", "Machine-learning models", "software", "COMP", "misc"),
    Kind.SOFTWARE: Names("Software", "Software", "software", "COMP", "misc"),
    Kind.TRAINING: Names("Training material", "Training materials", "document", "GEN", "misc"),
}
# The most telling class first: a thesis is also a ScholarlyArticle, and citation files call any work a journal article.
_CLASSES = (
    (FABIO("ConferencePaper"), Kind.CONFERENCE_PAPER),
    (FABIO("Preprint"), Kind.PREPRINT),
    (FABIO("Thesis"), Kind.THESIS),
    (FABIO("ReportDocument"), Kind.REPORT),
    (FABIO("BookChapter"), Kind.CHAPTER),
    (FABIO("ReferenceEntry"), Kind.ENTRY),
    (FABIO("Book"), Kind.BOOK),
    (FABIO("AcademicProceedings"), Kind.PROCEEDINGS),
    (FABIO("ConferencePoster"), Kind.POSTER),
    (FABIO("Presentation"), Kind.TALK),
    (SCHEMA("PresentationDigitalDocument"), Kind.TALK),
    (FABIO("JournalArticle"), Kind.ARTICLE),
    (SCHEMA("ScholarlyArticle"), Kind.TEXT),
    (FAIR4ML("MLModel"), Kind.MODEL),
    (DCAT("Dataset"), Kind.DATASET),
    (SCHEMA("Course"), Kind.TRAINING),
    (SCHEMA("LearningResource"), Kind.TRAINING),
    (SCHEMA("SoftwareSourceCode"), Kind.SOFTWARE),
)
CLASSES: tuple[NamedNode, ...] = tuple(each for each, _ in _CLASSES)
"""The classes of outputs, the most telling first."""
PUBLICATIONS: tuple[NamedNode, ...] = tuple(each for each, kind in _CLASSES if kind.is_publication)
"""Those of publications; a node with one of them is a publication, whatever else it is."""


def kind_of(types: set[NamedNode]) -> Kind | None:
    """The kind of a node with these classes; `None` if it is no output."""
    return next((kind for each, kind in _CLASSES if each in types), None)
