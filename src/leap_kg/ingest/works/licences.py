"""Licences of works: SPDX's where the text or address is known, else kept word for word.

A register gives licences of all versions of a work, and publishers' terms for text mining among them; the caller passes
those of the work itself. Terms of a publisher are no fault of the record and no finding.
"""

from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.works.kinds import Kind
from leap_kg.ingest.works.work import Work
from leap_kg.ontology.identifiers import Refusal, licence
from leap_kg.ontology.namespaces import DCT


def say_licences(work: Work, say: Statements) -> None:
    """Say under which licences the work is; a dataset is under the first that is known."""
    known: list[licence.Licence] = []
    for text in work.licences:
        found = licence.parse(text)
        if isinstance(found, Refusal):
            say.text(work.node, DCT("rights"), text)
        elif found not in known:
            known.append(found)
    for at, each in enumerate(known):
        if at and work.kind is Kind.DATASET:
            say.text(work.node, DCT("rights"), each.spdx_id)
            continue
        node = say.type(NamedNode(each.iri), DCT("LicenseDocument"))
        say.text(node, DCT("title"), each.name)
        say.text(node, DCT("identifier"), each.spdx_id)
        say.link(work.node, DCT("license"), node)
