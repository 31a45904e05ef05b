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


# By property: the names that say it of the work, and those that say it of the other one.
_NAMES: dict[NamedNode, tuple[str, str]] = {
    PROV("wasRevisionOf"): (
        "has-preprint has-manuscript is-new-version-of replaces obsoletes",
        "is-preprint-of is-manuscript-of is-previous-version-of is-replaced-by is-obsoleted-by",
    ),
    PROV("wasDerivedFrom"): ("is-derived-from is-based-on", "is-source-of has-derivation is-basis-for"),
    DCT("isVersionOf"): ("is-version-of", ""),
    DCT("hasVersion"): ("has-version", ""),
    DCT("isFormatOf"): ("is-variant-form-of is-format-of", ""),
    DCT("hasFormat"): ("is-original-form-of has-format", ""),
    DCT("isPartOf"): ("is-part-of is-published-in is-supplement-to", ""),
    DCT("hasPart"): ("has-part is-supplemented-by", ""),
    DCT("relation"): ("has-related-material is-related-material", ""),
    DCT("references"): ("references", ""),
    DCT("isReferencedBy"): ("is-referenced-by", ""),
    DCT("requires"): ("requires", ""),
    DCT("isRequiredBy"): ("is-required-by", ""),
    SCHEMA("sameAs"): ("is-same-as is-identical-to", ""),
    SCHEMA("translationOfWork"): ("is-translation-of", ""),
    SCHEMA("workTranslation"): ("has-translation", ""),
    CITO("citesAsDataSource"): ("is-based-on-data", ""),
    CITO("isCitedAsDataSourceBy"): ("is-data-basis-for", ""),
    CITO("cites"): ("cites", ""),
    CITO("isCitedBy"): ("is-cited-by", ""),
    CITO("documents"): ("documents", ""),
    CITO("isDocumentedBy"): ("is-documented-by", ""),
    CITO("describes"): ("describes", ""),
    CITO("isDescribedBy"): ("is-described-by", ""),
    CITO("reviews"): ("reviews is-review-of", ""),
    CITO("isReviewedBy"): ("is-reviewed-by has-review", ""),
    CITO("repliesTo"): ("is-reply-to", "has-reply"),
    CITO("discusses"): ("is-comment-on", ""),
    CITO("isDiscussedBy"): ("has-comment", ""),
    CITO("citesAsMetadataDocument"): ("has-metadata", ""),
    CITO("isCitedAsMetadataDocumentBy"): ("is-metadata-for", ""),
    CITO("compiles"): ("compiles", ""),
    CITO("isCompiledBy"): ("is-compiled-by", ""),
    CITO("extends"): ("continues", ""),
    CITO("isExtendedBy"): ("is-continued-by", ""),
    CITO("corrects"): ("corrects", ""),
    CITO("isCorrectedBy"): ("correction", ""),
    CITO("retracts"): ("retracts", ""),
    CITO("isRetractedBy"): ("retraction", ""),
    CITO("updates"): ("updates", ""),
    CITO("isUpdatedBy"): ("is-updated-by", ""),
}
_OTHERS = {"has-preprint": FABIO("Preprint")}
"""What the other one is, where the name says it."""
_RELATIONS = {
    name: Relation(predicate, inverse, _OTHERS.get(name))
    for predicate, directions in _NAMES.items()
    for names, inverse in zip(directions, (False, True), strict=True)
    for name in names.split()
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
