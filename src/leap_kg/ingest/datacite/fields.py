"""DataCite's words and how they are meant: https://datacite-metadata-schema.readthedocs.io/, version 4.5 and before."""

import re

from pyoxigraph import NamedNode

from leap_kg.ingest.works.kinds import Kind
from leap_kg.ingest.works.work import Role
from leap_kg.ontology.namespaces import DCT

# resourceTypeGeneral
KINDS: dict[str, Kind] = {
    "audiovisual": Kind.OTHER,
    "award": Kind.OTHER,
    "book": Kind.BOOK,
    "bookchapter": Kind.CHAPTER,
    "collection": Kind.COLLECTION,
    "computationalnotebook": Kind.SOFTWARE,
    "conferencepaper": Kind.CONFERENCE_PAPER,
    "conferenceproceeding": Kind.PROCEEDINGS,
    "datapaper": Kind.ARTICLE,
    "dataset": Kind.DATASET,
    "dissertation": Kind.THESIS,
    "event": Kind.OTHER,
    "image": Kind.OTHER,
    "instrument": Kind.OTHER,
    "interactiveresource": Kind.OTHER,
    "journal": Kind.JOURNAL,
    "journalarticle": Kind.ARTICLE,
    "model": Kind.OTHER,
    "other": Kind.OTHER,
    "outputmanagementplan": Kind.TEXT,
    "peerreview": Kind.REVIEW,
    "physicalobject": Kind.OTHER,
    "poster": Kind.POSTER,
    "preprint": Kind.PREPRINT,
    "presentation": Kind.TALK,
    "project": Kind.OTHER,
    "report": Kind.REPORT,
    "service": Kind.OTHER,
    "software": Kind.SOFTWARE,
    "sound": Kind.OTHER,
    "standard": Kind.TEXT,
    "studyregistration": Kind.TEXT,
    "text": Kind.TEXT,
    "workflow": Kind.OTHER,
}

# What a resource of the general type "Text" is, by the words that repositories write, in lower case.
TEXTS: dict[str, Kind] = {
    "article": Kind.ARTICLE,
    "journal article": Kind.ARTICLE,
    "conference paper": Kind.CONFERENCE_PAPER,
    "scholarlyarticle": Kind.ARTICLE,
    "conference proceeding": Kind.CONFERENCE_PAPER,
    "preprint": Kind.PREPRINT,
    "working paper": Kind.PREPRINT,
    "report": Kind.REPORT,
    "technical note": Kind.REPORT,
    "project deliverable": Kind.REPORT,
    "thesis": Kind.THESIS,
    "dissertation": Kind.THESIS,
    "doctoral thesis": Kind.THESIS,
    "doctoral dissertation": Kind.THESIS,
    "phd thesis": Kind.THESIS,
    "master thesis": Kind.THESIS,
    "master's thesis": Kind.THESIS,
    "bachelor thesis": Kind.THESIS,
    "bachelor's thesis": Kind.THESIS,
    "book": Kind.BOOK,
    "monograph": Kind.BOOK,
    "book section": Kind.CHAPTER,
}

# What any resource is whose general type says little: talks are texts, films, events or "other".
SPOKEN: dict[str, Kind] = {
    "conference presentation": Kind.TALK,
    "lecture": Kind.TALK,
    "oral presentation": Kind.TALK,
    "presentation": Kind.TALK,
    "slides": Kind.TALK,
    "talk": Kind.TALK,
    "conference poster": Kind.POSTER,
    "poster": Kind.POSTER,
}

# contributorType
ROLES: dict[str, Role] = {
    "contactperson": Role.CONTRIBUTOR,
    "datacollector": Role.COLLECTOR,
    "datacurator": Role.CURATOR,
    "datamanager": Role.MANAGER,
    "distributor": Role.DISTRIBUTOR,
    "editor": Role.EDITOR,
    "hostinginstitution": Role.HOST,
    "producer": Role.PRODUCER,
    "projectleader": Role.DIRECTOR,
    "projectmanager": Role.DIRECTOR,
    "projectmember": Role.MEMBER,
    "registrationagency": Role.CONTRIBUTOR,
    "registrationauthority": Role.CONTRIBUTOR,
    "relatedperson": Role.CONTRIBUTOR,
    "researcher": Role.RESEARCHER,
    "researchgroup": Role.RESEARCHER,
    "rightsholder": Role.RIGHTS_HOLDER,
    "sponsor": Role.SPONSOR,
    "supervisor": Role.SUPERVISOR,
    "translator": Role.TRANSLATOR,
    "workpackageleader": Role.LEADER,
    "other": Role.CONTRIBUTOR,
}

# Parts that organisations have, where a record does not say what a name is.
COLLECTIVE = frozenset({Role.HOST, Role.DISTRIBUTOR, Role.SPONSOR})

# dateType; "Issued" is read apart, and "Other" says nothing.
DATES: dict[str, NamedNode] = {
    "accepted": DCT("dateAccepted"),
    "available": DCT("available"),
    "copyrighted": DCT("dateCopyrighted"),
    "created": DCT("created"),
    "submitted": DCT("dateSubmitted"),
    "updated": DCT("modified"),
    "valid": DCT("valid"),
    "collected": DCT("temporal"),
}

_NUMBER = r"(?:[A-Za-z]{0,3}[0-9]+[A-Za-z]?|[IVXLCDM]+)(?:[.:/][0-9]+)*"
_RANGE = rf"{_NUMBER}(?:\s*[-–—]\s*{_NUMBER})?"
_LABELLED = re.compile(rf"(?:(?:vol(?:ume)?|iss(?:ue)?|no|nr|number)\b[.:]?\s*)?({_RANGE})", re.IGNORECASE)
_PAGED = re.compile(rf"\b(?:pages?|pp?)\b[.:]?\s*({_RANGE})\s*", re.IGNORECASE)


def number_in(text: str) -> str:
    """The number of a volume or an issue, or a range of them, without the word for it; `""` if it is something else."""
    found = _LABELLED.fullmatch(text.strip())
    return _tight(found[1]) if found else ""


def pages_in(text: str) -> str:
    """A page or a range of pages: alone, or after the word for it at the end of a text; `""` if there is none."""
    if found := re.fullmatch(_RANGE, text.strip()):
        return _tight(found[0])
    ends = [each for each in _PAGED.finditer(text) if each.end() == len(text)]
    return _tight(ends[-1][1]) if ends else ""


def _tight(text: str) -> str:
    return re.sub(r"\s*[-–—]\s*", "-", text)
