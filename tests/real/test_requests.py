"""LEAP's requests for CMIP6 instances against the real tables: where each is, and what the question says of it."""

from collections import Counter, defaultdict

import pytest

from leap_kg.ingest.requests.evidence import Gathered
from leap_kg.ingest.requests.settling import conclusions
from leap_kg.ontology.namespaces import SCHEMA
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.real.mapped import DATA, of

pytestmark = [
    pytest.mark.all,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not beside the project"),
]

STATES = {"waiting": "asked", "suspended": "suspended", "ingested": "published"}


def test_where_each_request_is_agrees_with_the_question() -> None:
    real = of("cmip6-pangeo-subset", "cmip6-pangeo-old", "cmip6-google", "cmip6-aws", "cmip6-bcc", "cmip6-requests")
    found = {
        node.value: triple.object.value.rpartition("/")[2]  # type: ignore[union-attr]
        for node, triples in conclusions(Gathered(real.store, BASE), BASE).items()
        for triple in triples
        if triple.predicate == SCHEMA("availability")
    }
    answered: dict[str, set[str]] = defaultdict(set)
    for row in real.ask("questions/requested-instances"):
        answered[row["request"]].add(STATES[row["state"]])
    assert found == {request: states.pop() for request, states in answered.items() if len(states) == 1}
    counts = Counter(found.values())
    assert len(found) > 1200
    assert counts["published"] >= 3
    assert counts["suspended"] > 50
