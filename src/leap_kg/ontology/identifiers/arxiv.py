"""arXiv identifiers, of 2007 and later (`2306.08754`) and before (`hep-th/9901001`).

The version is kept apart: `v1` and `v2` are one paper. Both schemes are checked against
https://info.arxiv.org/help/arxiv_identifier.html, because a number such as `2306.0875` looks right and is not.
"""

import re
from dataclasses import dataclass

from leap_kg.ontology.identifiers import doi
from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.text import clean

_NOUN = "arXiv identifier"
_HINT = "write it as arXiv:2306.08754 or arXiv:hep-th/9901001"
_DOI_PREFIX = "10.48550/arxiv."
_LEAD = re.compile(
    r"""(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html|format|ps|e-print)/+
      | https?://(?:www\.)?ar5iv(?:\.labs\.arxiv)?\.org/(?:abs|html)/+
      | info:arxiv/
      | arxiv\ (?:e-?|pre)prints?[,:]?\ ?
      | corr,?\ |abs/
      | arxiv\ ?[:.]\ ?|arxiv\ """,
    re.IGNORECASE | re.VERBOSE,
)
_IDENTIFIER = re.compile(
    r"""(?:(?P<month>[0-9]{4})\.(?P<number>[0-9]{4,5})
         | (?P<archive>[a-z-]+)(?:\.[a-z-]{2,9})?/(?P<old_month>[0-9]{4})(?P<old_number>[0-9]{3}))
        (?:v(?P<version>[1-9][0-9]{0,3}))?
        (?:\.pdf|/)?
        (?:[?#].*)?
        (?:\ ?\[[a-z.-]+\])?
        (?:,?\ ?\(?(?:19|20)[0-9]{2}\)?)?
        \.?""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_ARCHIVES = """acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs
    dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics
    plasm-ph q-alg q-bio quant-ph solv-int supr-con"""


@dataclass(frozen=True, slots=True)
class Arxiv:
    """An arXiv paper: `value` without version (`2306.08754`), `version` where the text named one."""

    value: str
    version: int | None = None

    @property
    def iri(self) -> str:
        """The abstract page, the same for all versions."""
        return f"https://arxiv.org/abs/{self.value}"


def parse(text: str) -> Arxiv | Refusal:
    """The arXiv paper that `text` names: bare, `arXiv:…`, a page or PDF of arxiv.org, or its arXiv DOI."""
    cleaned = clean(text, _NOUN)
    if isinstance(cleaned, Refusal):
        return cleaned
    match = _IDENTIFIER.fullmatch(_without_lead(cleaned))
    if not match:
        return Refusal("not an arXiv identifier", _HINT)
    version = int(match["version"]) if match["version"] else None
    if match["month"]:
        return _new(match["month"], match["number"], version)
    return _old(match["archive"].lower(), match["old_month"], match["old_number"], version)


def _without_lead(text: str) -> str:
    named = doi.parse(text)
    if isinstance(named, doi.Doi) and named.value.startswith(_DOI_PREFIX):
        return named.value.removeprefix(_DOI_PREFIX)
    text = " ".join(text.split())
    while match := _LEAD.match(text):
        text = text[match.end() :]
    return text


def _new(month: str, number: str, version: int | None) -> Arxiv | Refusal:
    digits = 5 if month >= "1501" else 4
    if month < "0704" or not _is_month(month) or len(number) != digits or not int(number):
        return Refusal("arXiv never gave this number: its month or its count of digits is wrong", _HINT)
    return Arxiv(f"{month}.{number}", version)


def _old(archive: str, month: str, number: str, version: int | None) -> Arxiv | Refusal:
    if archive not in _ARCHIVES.split():
        return Refusal("names an archive that arXiv never had", _HINT)
    # Papers older than arXiv itself were added under the year they were written in.
    if "0703" < month < "8001" or not _is_month(month) or not int(number):
        return Refusal("arXiv never gave this number: such identifiers end with March 2007", _HINT)
    return Arxiv(f"{archive}/{month}{number}", version)


def _is_month(year_and_month: str) -> bool:
    return 1 <= int(year_and_month[2:]) <= 12
