"""Why a finding in a feedstock matters to those who use its data, in words for its maintainers; gravest first."""

from typing import NamedTuple

from leap_kg.ingest.mapping.finding import Finding, Severity


class Reason(NamedTuple):
    """A heading for findings of a kind, and what comes of them for users; both are sentences."""

    title: str
    why: str = ""


_REASONS = {
    "missing-licence": Reason(
        "No licence is given.", "Without one, nobody can be sure that they may use the data or publish what they made."
    ),
    "missing-contact": Reason(
        "Nobody is named to ask.",
        "Who finds a fault in the data, or wants to cite them, does not know whom to write to.",
    ),
    "bad-store-url": Reason("The address of a store cannot be one.", "The data cannot be opened from the catalogue."),
    "engine-suffix": Reason(
        "A store does not open as it is described.", "Who copies the code from the catalogue gets an error."
    ),
    "misspelt-key": Reason("A key looks misspelt.", "What stands under it is read by no catalogue."),
    "foreign-meta": Reason(
        "The description is that of another repository.",
        "Catalogues show the title, the licence and the people of that other dataset beside the stores of this one.",
    ),
    "missing-meta-url": Reason(
        "The catalogue cannot find the description.", "Without it the dataset is not shown at all."
    ),
    "temporary-store": Reason(
        "Data lie where they are deleted.", "When they are gone, the catalogue shows a dataset that nobody can open."
    ),
    "unknown-licence": Reason(
        "The licence cannot be told.", "People, and programs that look for open data, cannot tell what is allowed."
    ),
    "placeholder": Reason(
        "Texts of the feedstock template are left.", "Who finds the dataset reads them as if they were about the data."
    ),
    "duplicate-id": Reason("Stores cannot be told apart.", "People cannot see which of them they are about to open."),
    "missing-description": Reason(
        "There is no description.", "People cannot tell whether the data are what they need, and searches miss them."
    ),
    "missing-object": Reason("A recipe cannot be found.", "Nobody can build the data anew, or see how they were made."),
    "unreadable-file": Reason("A module cannot be read.", "Nobody can build the data anew with a current Python."),
    "duplicate-key": Reason("A key is given twice.", "Only one of the values is read."),
    "bad-value": Reason("A value is of the wrong kind.", "Catalogues leave it out."),
    "bad-identifier": Reason("An identifier does not lead anywhere.", "Readers cannot follow it."),
    "bad-text": Reason("A text holds characters that it should not.", "Catalogues change it, or leave it out."),
    "unknown-version": Reason("A version is no release.", "Nobody can tell what the data were built with."),
    "requirement": Reason(
        "What the recipe needs is not fixed.",
        "Who builds the data anew later gets other packages than you had, or none.",
    ),
    "unknown-role": Reason(
        "Roles are not those of STAC.",
        "Catalogues tell by producer, licensor, processor and host who made the data and whom to credit; "
        "other words they pass over.",
    ),
    "missing-stores": Reason("No store is listed.", "The data cannot be opened from the catalogue."),
    "unknown-key": Reason("Keys are read by no catalogue.", "What stands under them is not shown."),
}
_GOOD_TO_KNOW = {
    "foreign-meta": Reason(
        "The description is kept in another repository.", "Its title, licence and people can only be corrected there."
    ),
    "unknown-version": Reason(
        "The recipe is of an older form.", "The data cannot be built anew with current releases."
    ),
    "placeholder": Reason("The maintainer may be that of the template.", "Questions may reach the wrong person."),
}
_OLD_FORM = "beam.Create"


def reason_of(finding: Finding) -> Reason:
    """The reason for a finding; for a kind that has none, its own words."""
    if finding.kind == "unknown-version" and _OLD_FORM in finding.hint:
        return _GOOD_TO_KNOW["unknown-version"]
    lighter = _GOOD_TO_KNOW if finding.severity is Severity.INFO else {}
    return lighter.get(finding.kind) or _REASONS.get(finding.kind) or Reason("Something else was found.")


def gravity(finding: Finding) -> int:
    """The place of a finding's kind among all: 0 for the gravest."""
    return list(_REASONS).index(finding.kind) if finding.kind in _REASONS else len(_REASONS)
