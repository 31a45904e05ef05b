"""Names of people and organisations as registers write them."""

from leap_kg.ingest.works.work import Agency
from leap_kg.ontology.identifiers import Refusal, ror


def person_name(given: str, family: str, suffix: str = "") -> str:
    """A person's name as it is read out, from its parts."""
    return " ".join(" ".join((given, family, suffix)).split())


def turned(name: str) -> str:
    """`Carberry, Josiah` as `Josiah Carberry`; a name with no comma, or with several, stays."""
    family, comma, given = name.partition(",")
    return person_name(given, family) if comma and "," not in given and given.strip() else " ".join(name.split())


def agency_of(name: str, *identifiers: str) -> Agency | None:
    """An organisation by its name and whichever of the identifiers is a ROR; `None` without either."""
    known = (ror.parse(text) for text in identifiers if text)
    iri = next((each.iri for each in known if not isinstance(each, Refusal)), "")
    name = " ".join(name.split())
    if name.lower().startswith("https://ror.org/"):
        iri, name = iri or name, ""
    return Agency(name, iri) if name or iri else None
