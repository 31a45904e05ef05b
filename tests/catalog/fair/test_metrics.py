"""Every metric is tried on what is served: it passes where the evidence is there, and not where it is taken away."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, serialize

from leap_kg.catalog.croissant import croissant
from leap_kg.catalog.dcat import dcat_ap
from leap_kg.catalog.fair.report import METRICS, Report, report
from leap_kg.catalog.fair.served import NOTHING, Answer, Served
from leap_kg.catalog.schemaorg import schema_org
from leap_kg.catalog.signposts import header
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.catalog.made import BARE, DATASETS, PLACE, WHOLE, record_of

PAGE = "https://kg.example/dataset/leap-test/whole"
ROBOTS = b"User-agent: *\nDisallow: /sparql\nDisallow: /*?at=\nSitemap: https://kg.example/sitemap.xml\n"
TIMEMAP = b'<https://kg.example/x>; rel="original timegate",\n<https://kg.example/x?at=1>; rel="first memento"'
HTML = "<!DOCTYPE html><html><head><script>var x = 1</script>{scripts}</head><body><p>Hello</p></body></html>"


def page(scripts: list[str], links: str) -> Answer:
    embedded = "".join(f'<script type="application/ld+json">{text}</script>' for text in scripts)
    headers = {"content-type": "text/html; charset=utf-8", "link": f'{links}, </timemap?iri=x>; rel="timemap"'}
    return Answer(PAGE, 200, headers, HTML.format(scripts=embedded).encode())


def turtle(iri: str) -> Answer:
    body = serialize(dcat_ap(record_of(iri), PLACE), format=RdfFormat.TURTLE) or b""
    return Answer(f"{PAGE}.ttl", 200, {"content-type": "text/turtle; charset=utf-8"}, body)


def as_json(value: object) -> Answer:
    return Answer("", 200, {"content-type": "application/ld+json"}, json.dumps(value).encode())


def served(iri: str = WHOLE) -> Served:
    record = record_of(iri)
    document = schema_org(record, PLACE)
    return Served(
        iri=iri,
        page=page([json.dumps(document).replace("<", "\\u003c")], header(record, PLACE)),
        turtle=turtle(iri),
        dcat=turtle(iri),
        schema_org=as_json(document),
        croissant=as_json(croissant(record, PLACE, 1)),
        timemap=Answer("/timemap", 200, {"content-type": "application/link-format"}, TIMEMAP),
        robots=Answer("/robots.txt", 200, {"content-type": "text/plain"}, ROBOTS),
    )


def verdicts(found: Report) -> dict[str, str]:
    return {result.metric.identifier.removeprefix("FsF-"): result.verdict for result in found.results}


def tried(given: Served) -> dict[str, str]:
    return verdicts(report(given, "T", 1, ()))


def test_the_metrics_are_the_seventeen_of_f_uji() -> None:
    assert [metric.identifier for metric in METRICS] == [
        *("FsF-F1-01D", "FsF-F1-02D", "FsF-F2-01M", "FsF-F3-01M", "FsF-F4-01M"),
        *("FsF-A1-01M", "FsF-A1-02M", "FsF-A1-03D", "FsF-A2-01M"),
        *("FsF-I1-01M", "FsF-I2-01M", "FsF-I3-01M"),
        *("FsF-R1-01MD", "FsF-R1.1-01M", "FsF-R1.2-01M", "FsF-R1.3-01M", "FsF-R1.3-02D"),
    ]


def test_nothing_served_passes_nothing() -> None:
    found = report(Served(WHOLE), "T", 1, ())
    assert set(verdicts(found).values()) == {"fail"}
    assert (found.percent, found.count("fail")) == (0, 17)
    assert all(result.mend for result in found.results)


def test_a_dataset_that_says_everything_passes_all_but_what_cannot_be_seen() -> None:
    found = tried(served())
    assert {name for name, verdict in found.items() if verdict != "pass"} == {"F1-02D"}
    assert found["F1-02D"] == "partial"


def test_a_bare_dataset_is_told_what_to_mend() -> None:
    found = report(served(BARE), "Bare", 1, ())
    got = verdicts(found)
    assert {name for name, verdict in got.items() if verdict == "fail"} == {
        *("F2-01M", "F3-01M", "A1-01M", "A1-03D", "I3-01M", "R1-01MD", "R1.1-01M", "R1.2-01M", "R1.3-02D"),
    }
    core = next(result for result in found.results if result.metric.identifier == "FsF-F2-01M")
    assert "a date of publication" in core.mend[0]
    assert "keywords" in core.mend[1]


def test_stores_without_a_web_address_are_data_all_the_same() -> None:
    """Which format they have and where they lie the page says, too."""
    text = DATASETS.replace("dcat:accessURL <https://storage.googleapis.com/leap-test/whole.zarr> ;", "")
    assert text != DATASETS
    record = record_of(WHOLE, text)
    assert not any(store.address for store in record.stores)
    given = served()
    document = schema_org(record, PLACE)
    found = tried(replace(given, page=page([json.dumps(document)], given.page.headers["link"])))
    assert (found["F3-01M"], found["R1-01MD"], found["R1.3-02D"], found["A1-03D"]) == (
        "pass",
        "pass",
        "pass",
        "partial",
    )


def test_a_stac_collection_counts_if_the_page_leads_to_it() -> None:
    place = replace(PLACE, stac="https://kg.example/stac/collections/bare")
    document = {"type": "Collection", "stac_version": "1.1.0", "id": "bare"}
    stac = replace(as_json(document), address=place.stac)
    led = page([json.dumps(schema_org(record_of(BARE), place))], header(record_of(BARE), place))

    def score(given: Served) -> float:
        return next(r.points for r in report(given, "T", 1, ()).results if r.metric.identifier == "FsF-R1.3-01M")

    assert score(replace(served(BARE), page=led, stac=stac)) == 1
    assert score(replace(served(BARE), stac=stac)) < 1
    assert score(replace(served(BARE), page=led, stac=replace(stac, body=b'{"type": "Catalog"}'))) < 1


def without(*names: str) -> Callable[[Served], Served]:
    """The same without some properties of schema.org, in the page and in the twin."""

    def changed(given: Served) -> Served:
        document = {key: value for key, value in given.described.items() if key not in names}
        links = given.page.headers["link"]
        return replace(given, page=page([json.dumps(document)], links), schema_org=as_json(document))

    return changed


def with_links(change: Callable[[str], str]) -> Callable[[Served], Served]:
    def changed(given: Served) -> Served:
        headers = {**given.page.headers, "link": change(given.page.headers["link"])}
        return replace(given, page=replace(given.page, headers=headers))

    return changed


def without_words(*words: str) -> Callable[[Served], Served]:
    """The same without the triples in which one of these words stands."""

    def changed(given: Served) -> Served:
        kept = [t for t in given.triples if not any(word in str(t) for word in words)]
        answer = replace(given.dcat, body=serialize(kept, format=RdfFormat.TURTLE) or b"")
        return replace(given, turtle=answer, dcat=answer)

    return changed


def sized(given: Served) -> Served:
    downloads = [{k: v for k, v in each.items() if k != "contentSize"} for each in given.downloads]
    document = {**given.described, "distribution": downloads}
    return replace(given, page=page([json.dumps(document)], given.page.headers["link"]))


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        (without("@id"), {"F1-01D": "fail"}),
        (
            with_links(lambda text: text.replace("doi.org/10.1000/whole", "x.example/1")),
            {"F1-02D": "fail", "A2-01M": "partial"},
        ),
        (with_links(lambda text: text.replace("https://doi.org/10.1000/whole", PAGE)), {"A2-01M": "partial"}),
        (without("publisher"), {"F2-01M": "partial"}),
        (without("publisher", "keywords"), {"F2-01M": "fail"}),
        (without("distribution"), {"F3-01M": "fail", "A1-03D": "partial", "R1-01MD": "partial", "R1.3-02D": "fail"}),
        (
            lambda given: replace(given, page=page([], given.page.headers["link"])),
            {"F4-01M": "partial", "I1-01M": "partial"},
        ),
        (lambda given: replace(given, robots=NOTHING), {"F4-01M": "partial"}),
        (
            lambda given: replace(given, robots=replace(given.robots, body=ROBOTS + b"Disallow: /dataset/\n")),
            {"F4-01M": "partial"},
        ),
        (without_words("access-right"), {"A1-01M": "partial"}),
        (without_words("status/answers"), {"A1-03D": "partial"}),
        (lambda given: replace(given, page=replace(given.page, status=500)), {"A1-02M": "fail"}),
        (lambda given: replace(given, timemap=NOTHING), {}),
        (lambda given: replace(given, turtle=replace(given.turtle, body=b"<a> <b")), {"I1-01M": "partial"}),
        (without("variableMeasured"), {"I2-01M": "partial", "R1-01MD": "partial", "R1.3-01M": "partial"}),
        (without_words("doi.org", "orcid.org", "ror.org", "github.com"), {"I3-01M": "partial"}),
        (sized, {"R1-01MD": "partial"}),
        (without("license"), {"R1.1-01M": "fail"}),
        (with_links(lambda text: text.replace('rel="license"', 'rel="terms"')), {"R1.1-01M": "partial"}),
        (without_words("www.w3.org/ns/prov#"), {"R1.2-01M": "partial"}),
    ],
)
def test_a_metric_falls_with_its_evidence(change: Callable[[Served], Served], lost: dict[str, str]) -> None:
    before, after = tried(served()), tried(change(served()))
    changed = {name: verdict for name, verdict in after.items() if before[name] != verdict}
    assert lost.items() <= changed.items()
    # Nothing gets better by what is taken away.
    order = ("fail", "partial", "pass")
    assert all(order.index(verdict) < order.index(before[name]) for name, verdict in changed.items())


def test_the_server_at_the_base_of_its_iris_is_where_they_lead() -> None:
    given = with_links(lambda text: text.replace("https://doi.org/10.1000/whole", PAGE))(served())
    (result,) = (one for one in report(given, "T", 1, ()).results if one.metric.identifier == "FsF-F1-02D")
    assert [one.passed for one in result.tried] == [False, True]


def test_the_report_for_programs_has_what_the_page_has() -> None:
    found = report(served(BARE), "Bare", 3, ()).as_json()
    assert found["revision"] == 3
    assert sum(found["counts"].values()) == len(found["metrics"]) == 17
    assert all(metric["mend"] for metric in found["metrics"] if metric["verdict"] != "pass")
    assert json.loads(json.dumps(found)) == found


@settings(max_examples=50)
@given(st.binary(max_size=300), st.text(max_size=80), st.sampled_from(("text/html", "text/turtle", "application/json")))
def test_any_answer_can_be_tried(body: bytes, links: str, kind: str) -> None:
    answer = Answer(PAGE, 200, {"content-type": kind, "link": links}, body)
    given = Served(BASE, answer, answer, answer, answer, answer, answer, answer, answer)
    assert len(report(given, "T", 1, ()).results) == 17


@settings(max_examples=50)
@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=8) | st.integers(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from(("distribution", "license", "variableMeasured", "creator", "@id")),
)
def test_any_value_in_a_description_can_be_tried(value: Any, name: str) -> None:
    document = {"@context": {"@vocab": "http://schema.org/"}, "@type": "Dataset", name: value}
    assert len(report(Served(BASE, schema_org=as_json(document)), "T", 1, ()).results) == 17
