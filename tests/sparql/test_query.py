"""From a request to a query that a worker may run."""

import math

import pytest

from leap_kg.sparql.guard import Limits, Refused
from leap_kg.sparql.query import prepare


def test_what_a_request_says_is_kept() -> None:
    query = prepare(
        "SELECT * FROM <http://a/> {}",
        accept="text/csv",
        default_graphs=["http://g/1"],
        named_graphs=["urn:g:2"],
        prefixes={"a": "http://a/"},
        seconds=2,
    )
    assert query.format.name == "csv"
    assert query.own_dataset
    assert (query.default_graphs, query.named_graphs) == (("http://g/1",), ("urn:g:2",))
    assert (query.prefixes, query.seconds) == ({"a": "http://a/"}, 2)


def test_a_plain_query() -> None:
    query = prepare("ASK {}")
    assert (query.format.name, query.own_dataset, query.seconds) == ("json", False, math.inf)


@pytest.mark.parametrize(
    ("text", "options", "status", "reason"),
    [
        ("SELECT * { SERVICE ?x {} }", {}, 403, "SERVICE"),
        ("SELECT", {"limits": Limits(bytes=3)}, 413, "bytes"),
        ("SELEC", {}, 400, "a query begins with"),
        ("ASK {}", {"accept": "text/turtle"}, 406, "one of json, xml, csv, tsv"),
        ("CONSTRUCT {} {}", {"requested": "csv"}, 406, "one of ttl, nt, jsonld, rdf"),
        ("ASK {}", {"default_graphs": ["relative"]}, 400, "'relative' is no absolute IRI"),
        ("ASK {}", {"named_graphs": ["http://a/ b"]}, 400, "no absolute IRI"),
    ],
)
def test_refusals(text: str, options: dict[str, object], status: int, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as caught:
        prepare(text, **options)  # type: ignore[arg-type]
    assert caught.value.status == status
