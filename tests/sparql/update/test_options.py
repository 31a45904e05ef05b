"""Options pass through a pipe; protection is by IRI or by its beginning."""

import json
from dataclasses import replace

from leap_kg.sparql.measure import Limits
from leap_kg.sparql.update import UpdateLimits, UpdateOptions
from tests.sparql.update.worlds import BASE, OPTIONS


def test_json_and_back() -> None:
    for options in (
        OPTIONS,
        replace(
            OPTIONS,
            using_graphs=("a:b",),
            prefixes={"e": BASE},
            limits=UpdateLimits(bytes=5, each=Limits(depth=3)),
            scratch="/x",
        ),
    ):
        assert UpdateOptions.from_json(json.loads(json.dumps(options.as_json()))) == options
    assert UpdateOptions.from_json({"base": BASE, "default_graph": "a:b"}) == UpdateOptions(BASE, "a:b")


def test_what_is_protected() -> None:
    assert OPTIONS.protects(f"{BASE}graph/prov")
    assert not OPTIONS.protects(f"{BASE}graph/prov/x")
    assert OPTIONS.protects(f"{BASE}graph/ontology")
    assert OPTIONS.protects(f"{BASE}graph/ontology/x")
    assert not OPTIONS.protects(f"{BASE}graph/onto")
