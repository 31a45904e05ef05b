"""What the words around an identifier say of it: whether it is the paper of this repository, and how surely.

The nearest heading decides, or one above it short of the title; then a sentence of the same paragraph that asks to be
cited or speaks of its own paper. Words that only look alike (`velocity`, `API reference`) do not count.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

UNDER_HEADING = 0.85
LISTED = 0.6
BADGE = 0.85
BIBTEX = 0.9
ELSEWHERE = 0.4
BIBLIOGRAPHY = 0.3

_OWN = re.compile(
    r"\b(?:cit(?:e|ing|ations?)|paper|preprint|manuscript|article|acknowledg(?:e|ing) (?:us|this))\b",
    re.IGNORECASE,
)
_CITING = re.compile(r"\bcit(?:e|ing|ation)\b", re.IGNORECASE)
_LIST = re.compile(
    r"\b(?:cited|papers|preprints|manuscripts|articles|publications?|published|literature|references?|bibliography)\b",
    re.IGNORECASE,
)
_REFERENCES = re.compile(r"\b(?:publications|literature|references?|bibliography)\b", re.IGNORECASE)
_OTHER = re.compile(
    r"\b(?:papers?|publications?|articles?|preprints?|works?|studies|research|proceedings)\b.{0,40}"
    r"\b(?:us(?:e|es|ed|ing)|cit(?:e|es|ed|ing)|by others)\b.{0,60}"
    r"|\b(?:api|cross|quick|command|commands|cli|function|language|class|module|configuration|options?|parameter)[ -]"
    r"references?\b|\breference (?:guide|manual|implementation|data|model|simulations?|dataset|levels?|cases?)\b"
    r"|\bwhite ?papers?\b|\bpaper ?space\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:please|kindly|must|should|to|and) (?:also |consider )?cit(?:e|ing)\b"
    r"|\bcit(?:e|ing) (?:this|our|the following|us|it|as)\b|\b(?:cited|citation) (?:as|is)?\s{0,2}:"
    r"|\b(?:our|accompanying|associated|corresponding|companion)"
    r" (?:\w{1,20} )?(?:paper|preprint|manuscript|article|publication)\b"
    r"|\bofficial (?:\w{1,20} )?(?:implementation|code|codebase|repository|repo) (?:of|for|to)\b"
    r"|\b(?:paper|preprint|manuscript) (?:doi|link)\b"
    r"|\baccompan(?:y|ies|ying) (?:the|our|a) (?:\w{1,20} )?(?:paper|preprint|manuscript|article|publication)\b"
    r"|\b(?:codes?|scripts|notebooks|repository|repo|software|analysis|materials?) (?:\w{1,20} ){0,4}"
    r"(?:for|of|from|in|behind) (?:the|our|a) (?:\w{1,20} )?(?:paper|preprint|manuscript|article|publication)\b"
    r"|\breproduc(?:e|es|ing) (?:\w{1,20} ){0,6}(?:paper|preprint|manuscript|article|publication)\b"
    r"|^\W{0,10}(?:paper|preprint|manuscript|citation|publication|article|arxiv)[^\w\n]{0,10}[:|]",
    re.IGNORECASE | re.MULTILINE,
)
_OURS = re.compile(r"\bour (?:\w{1,20} )?(?:paper|preprint|manuscript|article|publication)\b", re.IGNORECASE)
_LONGEST = 3000


def is_reference_list(heading: str) -> bool:
    """Whether what stands under the heading may be by others: works that are built on, or that build on this one."""
    return bool(_REFERENCES.search(heading)) and not _OWN.search(heading)


@dataclass(frozen=True, slots=True)
class Standing:
    """How surely an identifier is of a work that the repository cites as its own, and by which words."""

    confidence: float
    via: str = ""


def standing(headings: Sequence[str], paragraph: str, *, front: bool) -> Standing:
    """The standing of an identifier under `headings`, the title first, in a `paragraph`.

    `front` says that the text stands for the repository as its README does. Any other is about a part of it, whose
    references and papers are less sure to be those by which the repository as a whole is to be cited.
    """
    listed = ""
    for heading in (*headings[:0:-1], *(headings if len(headings) == 1 else ())):
        text = _OTHER.sub(" ", heading)
        if (_OWN.search(text) or _LIST.search(text)) if front else _CITING.search(text):
            return Standing(UNDER_HEADING, heading)
        listed = listed or (heading if _LIST.search(text) or _OWN.search(text) else "")
    if asked := (_ASKED if front else _OURS).search(paragraph[:_LONGEST]):
        return Standing(UNDER_HEADING, " ".join(asked[0].split()))
    if not listed and (asked := _ASKED.search(paragraph[:_LONGEST])):
        listed = " ".join(asked[0].split())
    if listed:
        return Standing(LISTED, listed)
    return Standing(ELSEWHERE, headings[-1] if headings else "")
