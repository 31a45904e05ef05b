"""How one work is related to another, in the words of Crossref and DataCite, as properties of DCMI, PROV and CiTO.

Names are compared in DataCite's order of words but as Crossref writes them: `IsNewVersionOf` is `is-new-version-of`. Of
two directions both are here, so that a relation is said the way round in which its register says it; a preprint is said
of its article, whichever of the two says it. Versions are related, never the same: `owl:sameAs` is not among these, nor
is `dct:isReplacedBy`, which in this graph says that a node moved.
"""

import re
from dataclasses import dataclass

from pyoxigraph import NamedNode

from leap_kg.ontology.namespaces import CITO, DCT, FABIO, PROV, SCHEMA


@dataclass(frozen=True, slots=True)
class Relation:
    """A property from the work to the other one, or the other way round; `other` is what the other one is, if known."""

    predicate: NamedNode
    inverse: bool = False
    other: NamedNode | None = None


_RELATIONS: dict[str, Relation] = {
    "has-preprint": Relation(PROV("wasRevisionOf"), other=FABIO("Preprint")),
    "is-preprint-of": Relation(PROV("wasRevisionOf"), inverse=True),
    "has-manuscript": Relation(PROV("wasRevisionOf")),
    "is-manuscript-of": Relation(PROV("wasRevisionOf"), inverse=True),
    "is-version-of": Relation(DCT("isVersionOf")),
    "has-version": Relation(DCT("hasVersion")),
    "is-new-version-of": Relation(PROV("wasRevisionOf")),
    "is-previous-version-of": Relation(PROV("wasRevisionOf"), inverse=True),
    "replaces": Relation(PROV("wasRevisionOf")),
    "is-replaced-by": Relation(PROV("wasRevisionOf"), inverse=True),
    "obsoletes": Relation(PROV("wasRevisionOf")),
    "is-obsoleted-by": Relation(PROV("wasRevisionOf"), inverse=True),
    "is-same-as": Relation(SCHEMA("sameAs")),
    "is-identical-to": Relation(SCHEMA("sameAs")),
    "is-variant-form-of": Relation(DCT("isFormatOf")),
    "is-original-form-of": Relation(DCT("hasFormat")),
    "is-format-of": Relation(DCT("isFormatOf")),
    "has-format": Relation(DCT("hasFormat")),
    "is-translation-of": Relation(SCHEMA("translationOfWork")),
    "has-translation": Relation(SCHEMA("workTranslation")),
    "is-part-of": Relation(DCT("isPartOf")),
    "has-part": Relation(DCT("hasPart")),
    "is-published-in": Relation(DCT("isPartOf")),
    "is-supplement-to": Relation(DCT("isPartOf")),
    "is-supplemented-by": Relation(DCT("hasPart")),
    "has-related-material": Relation(DCT("relation")),
    "is-related-material": Relation(DCT("relation")),
    "is-derived-from": Relation(PROV("wasDerivedFrom")),
    "is-source-of": Relation(PROV("wasDerivedFrom"), inverse=True),
    "has-derivation": Relation(PROV("wasDerivedFrom"), inverse=True),
    "is-based-on": Relation(PROV("wasDerivedFrom")),
    "is-basis-for": Relation(PROV("wasDerivedFrom"), inverse=True),
    "is-based-on-data": Relation(CITO("citesAsDataSource")),
    "is-data-basis-for": Relation(CITO("isCitedAsDataSourceBy")),
    "references": Relation(DCT("references")),
    "is-referenced-by": Relation(DCT("isReferencedBy")),
    "cites": Relation(CITO("cites")),
    "is-cited-by": Relation(CITO("isCitedBy")),
    "documents": Relation(CITO("documents")),
    "is-documented-by": Relation(CITO("isDocumentedBy")),
    "describes": Relation(CITO("describes")),
    "is-described-by": Relation(CITO("isDescribedBy")),
    "reviews": Relation(CITO("reviews")),
    "is-reviewed-by": Relation(CITO("isReviewedBy")),
    "is-review-of": Relation(CITO("reviews")),
    "has-review": Relation(CITO("isReviewedBy")),
    "is-reply-to": Relation(CITO("repliesTo")),
    "has-reply": Relation(CITO("repliesTo"), inverse=True),
    "is-comment-on": Relation(CITO("discusses")),
    "has-comment": Relation(CITO("isDiscussedBy")),
    "has-metadata": Relation(CITO("citesAsMetadataDocument")),
    "is-metadata-for": Relation(CITO("isCitedAsMetadataDocumentBy")),
    "compiles": Relation(CITO("compiles")),
    "is-compiled-by": Relation(CITO("isCompiledBy")),
    "continues": Relation(CITO("extends")),
    "is-continued-by": Relation(CITO("isExtendedBy")),
    "requires": Relation(DCT("requires")),
    "is-required-by": Relation(DCT("isRequiredBy")),
    "corrects": Relation(CITO("corrects")),
    "correction": Relation(CITO("isCorrectedBy")),
    "retracts": Relation(CITO("retracts")),
    "retraction": Relation(CITO("isRetractedBy")),
    "updates": Relation(CITO("updates")),
    "is-updated-by": Relation(CITO("isUpdatedBy")),
}


def relation(name: str) -> Relation:
    """The relation of that name, in either register's spelling; a plain `dct:relation` for one we do not know."""
    return _RELATIONS.get(kebab(name), Relation(DCT("relation")))


def is_known(name: str) -> bool:
    """Whether the name stands for a relation of its own."""
    return kebab(name) in _RELATIONS


def kebab(name: str) -> str:
    """`IsNewVersionOf` as `is-new-version-of`; a name that is written so stays."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name.strip()).replace("_", "-").lower()
