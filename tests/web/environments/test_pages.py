"""The pages about hubs and environments: what they say, their forms and twins, and what they say to nonsense."""

import csv
import html
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from leap_kg.graph.publish import Writer
from leap_kg.web.environments.routes import PAGES
from tests.sparql.questions.asked import said
from tests.sparql.questions.test_environments import HUBS, IMAGES
from tests.web.platform import fill, publish
from tests.web.server import Server, running

BILLS = """
<pkg:conda/zarr> a schema:SoftwareApplication .
<urn:twin:1> a leap:Notebook ; dct:title "twin" . <urn:twin:2> a leap:Notebook ; dct:title "twin" .
<urn:site> a prov:Location ; dct:title "Site" .
<urn:crowd> a foaf:Group ; foaf:name "org:crowd" .
<urn:b1> a schema:MonetaryAmount ; schema:about <urn:one> ; schema:category "small" ; schema:value 10.123456789 ;
    schema:currency "USD" ; schema:startDate "2026-03-02"^^xsd:date ; schema:endDate "2026-03-08"^^xsd:date .
<urn:b2> a schema:MonetaryAmount ; schema:about <urn:one> , <urn:crowd> ; schema:value 0.000000001 ;
    schema:currency "USD" ; schema:startDate "2026-03-02"^^xsd:date ; schema:endDate "2026-03-08"^^xsd:date .
<urn:b3> a schema:MonetaryAmount ; schema:about <urn:site> ; schema:value 100 ; schema:currency "USD" ;
    schema:startDate "2026-03-06"^^xsd:date ; schema:endDate "2026-03-12"^^xsd:date .
<urn:b4> a schema:MonetaryAmount ; schema:about <urn:one> ; schema:value -3 ; schema:currency "USD" ;
    schema:startDate "2026-03-30"^^xsd:date .
<urn:b5> a schema:MonetaryAmount ; schema:about <urn:one> ; schema:value 5 ; schema:currency "EUR" .
<urn:b6> a schema:MonetaryAmount ; schema:about <urn:one> ; schema:value "a lot" ; schema:currency "USD" .
"""
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    def more(writer: Writer) -> None:
        publish(writer, "ports", "Ports", said(IMAGES + HUBS + BILLS), 5)

    with running(fill(tmp_path_factory.mktemp("harbour") / "home", more).path) as server:
        yield server


def words(page: str) -> str:
    """The text of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def table(server: Server, path: str) -> list[dict[str, str]]:
    answer = server.get(path, accept="text/csv")
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("path", PAGES)
def test_each_page_has_its_twins_and_leads_back(harbour: Server, path: str) -> None:
    page = harbour.get(path)
    assert page.status_code == 200
    assert path == "/hubs" or 'href="/hubs"' in page.text
    assert harbour.get(f"{path}.json").json()["revision"] == int(page.headers["leap-revision"])
    assert harbour.get(f"{path}.csv").status_code == 200
    assert harbour.get(f"{path}.ttl").status_code == 404
    assert harbour.get(path, headers={"If-None-Match": page.headers["etag"]}).status_code == 304
    # Each field has a label of its own.
    fields = re.findall(r'<input type="text" id="(f[^"]+)"', page.text)
    assert all(f'for="{field}"' in page.text for field in fields)


def test_all_pages_are_reached_from_the_first(harbour: Server) -> None:
    assert 'href="/hubs"' in harbour.get("/").text
    page = harbour.get("/hubs").text
    assert {path for path in PAGES if f'href="{path}"' in page} == set(PAGES)
    assert 'href="/hubs"' in harbour.get("/queries").text


def test_two_images_by_their_names(harbour: Server) -> None:
    path = "/environments/compare?first=lab/tide:1&second=lab/tide:2"
    page = harbour.get(path).text
    headings = [words(heading) for heading in re.findall(r"<h2[^>]*>.*?</h2>", page)]
    assert [heading for heading in headings if heading[-1].isdecimal()] == [
        "Added 1",
        "Removed 1",
        "Up 1",
        "Down 1",
        "Changed 1",
    ]
    assert '<option value="lab/tide:1">' in page
    assert 'value="lab/tide:1"' in page
    rows = {(row["section"], row["package"], row["first"], row["second"]) for row in table(harbour, path)}
    assert rows == {
        ("added", "new", "–", "1"),
        ("removed", "gone", "1", "–"),
        ("up", "zarr", "2.9", "2.10"),
        ("down", "numpy", "2", "1"),
        ("other", "odd", "x", "y"),
    }
    unknown = words(harbour.get("/environments/compare?first=lab/tide:1&second=lab/tide:3").text)
    assert "What is installed in lab/tide:3 is not known" in unknown
    assert "have the same packages" in words(
        harbour.get("/environments/compare?first=lab/tide:1&second=lab/tide:1").text
    )


def test_one_image_on_two_days(harbour: Server) -> None:
    rows = table(harbour, "/environments/compare?image=lab/tide&since=2024-05-01&until=2025-05-01")
    assert len(rows) == 5
    assert "No release of lab/tide is known by 2000-01-01" in words(
        harbour.get("/environments/compare?image=lab/tide&since=2000-01-01").text
    )
    page = harbour.get("/environments/compare?image=lab/tied&since=2024-05-01")
    assert page.status_code == 404
    assert 'href="/image/lab/tide"' in page.text
    assert harbour.get("/environments/compare?image=lab/tide&since=soon").status_code == 404


def test_a_package_and_the_releases_that_have_it(harbour: Server) -> None:
    rows = table(harbour, "/environments/package?package=ZARR")
    assert [(row["section"], row["before"], row["now"]) for row in rows[:2]] == [
        ("changes-1", "2.9", "2.10"),
        ("changes-1", "unknown", "2.9"),
    ]
    assert {row["release"]: row["hubs"] for row in rows[2:]} == {
        "lab/tide:2": "",
        "lab/tide:1": "Coast",
        "lab/tide:latest": "",
    }
    only = table(harbour, "/environments/package?package=zarr&version=2.9")
    assert [row["release"] for row in only if row["section"] == "releases"] == ["lab/tide:1"]
    assert harbour.get("/environments/package?package=nix").status_code == 404


def test_images_of_hubs_by_age(harbour: Server) -> None:
    rows = table(harbour, "/hubs/images?hub=Coast")
    first = rows[0]
    assert (first["image"], first["newer"], first["behind"], first["newest"]) == (
        "lab/tide:1",
        "2",
        "731",
        "lab/tide:3",
    )
    assert {row["image"]: row["state"] for row in rows if row["section"] == "tags-without-release"} == {
        "lab/tide:9": "not among the releases that were read",
        "lab/wave:1": "unknown",
    }


def test_two_hubs_side_by_side(harbour: Server) -> None:
    rows = table(harbour, "/hubs/profiles?first=One&second=Two")
    assert [(row["section"], row["profile"], row["what"], row["first"], row["second"]) for row in rows[:4]] == [
        ("different", "large", "groups", "all", "everybody"),
        ("different", "large", "name", "Large", "Larger"),
        ("different", "small", "image", "tide:1", "wave:1"),
        ("different", "small", "memory, at most", "8 bytes", "16 bytes"),
    ]
    # A profile that only one has is told once, not choice by choice.
    assert [(row["section"], row["profile"], row["name"]) for row in rows if row["section"].startswith("only")] == [
        ("only-first", "gpu", "gpu")
    ]
    same = words(harbour.get("/hubs/profiles?first=One&second=One").text)
    assert "the same profiles, machines and images" in same


def test_who_may_use_what(harbour: Server) -> None:
    rows = table(harbour, "/hubs/access?group=few")
    assert {(row["hub"], row["profile"]) for row in rows} == {("One", "small (small)"), ("Two", "small (small)")}
    assert len(table(harbour, "/hubs/access?hub=One")) == 3


def test_code_whose_image_no_hub_offers_and_what_fits_it(harbour: Server) -> None:
    rows = table(harbour, "/environments/code")
    assert [(row["code"], row["image"], row["offered"]) for row in rows] == [
        ("code", "lab/tide:latest", "lab/tide:1; lab/tide:9"),
        ("look.ipynb", "lab/tide:2", "lab/tide:1; lab/tide:9"),
    ]
    fits = table(harbour, "/environments/code?code=look.ipynb")
    assert [(row["image"], row["has"], row["missing"]) for row in fits] == [
        ("lab/tide:1", "2 of 3", "nowhere"),
        ("lab/tide:2", "2 of 3", "nowhere"),
        ("lab/tide:latest", "1 of 3", "nowhere; numpy"),
    ]


def test_what_depends_on_an_image_with_counts_first(harbour: Server) -> None:
    found = harbour.get("/impact.json?node=lab/tide:1").json()
    assert found["facts"]["Depend on it in all"] == "8"
    assert {name: found["facts"][name] for name in ("Hubs", "Datasets", "Papers", "Notebooks")} == dict.fromkeys(
        ("Hubs", "Datasets", "Papers", "Notebooks"), "1"
    )
    assert [(row["thing"], row["how"]) for row in found["sections"]["directly"]] == [
        ("Coast", "offers the image"),
        ("recipe", "runs in the image"),
    ]
    page = harbour.get("/impact?node=lab/tide:1").text
    assert page.index("Depend on it in all") < page.index('id="directly"')


def test_costs_are_exact_and_spread_over_weeks(harbour: Server) -> None:
    rows = table(harbour, "/hubs/costs")
    weeks: dict[str, Decimal] = {}
    for row in rows:
        if row["section"] == "weeks":
            weeks[row["week"]] = weeks.get(row["week"], Decimal(0)) + Decimal(row["exactly"])
    # Of the seven days of the bill of 100, three are in the first week.
    assert weeks == {
        "2026-W10": Decimal("10.123456790") + Decimal("42.86"),
        "2026-W11": Decimal("57.14"),
        "2026-W14": Decimal(-3),
    }
    assert sum(weeks.values()) == Decimal("107.12345679")
    exact = {
        (row["section"], row[row["section"].removeprefix("by-")]): row["exactly"]
        for row in rows
        if row["section"].startswith("by-")
    }
    assert exact["by-hub", "Site, no hub"] == "100"
    assert exact["by-hub", "One"] == "7.12345679"
    assert exact["by-group", "org:crowd"] == "0.000000001"
    assert exact["by-profile", "small, One"] == "10.123456789"
    page = harbour.get("/hubs/costs").text
    assert "107.12345679 USD" in page
    assert "Bills in other currencies are summed for themselves: EUR." in page
    assert "1 bills have an amount that is no number" in page
    # Hubs that no bill names are unknown, not free.
    assert "Hubs without a bill" in page
    assert {row["hub"] for row in rows if row["section"] == "unknown"} >= {"Two", "Coast"}


def test_drawings_say_what_the_table_beside_them_says(harbour: Server) -> None:
    page = harbour.get("/hubs/costs").text
    drawings = re.findall(r'<svg viewBox="0 0 360[^>]*role="img" aria-label="([^"]+)"', page)
    assert drawings[0] == "Costs by week in USD; the table below has the numbers"
    assert len(drawings) == 4
    heights = [float(height) for height in re.findall(r'<rect [^>]*height="([0-9.]+)"><title>2026', page)]
    assert min(heights) > 0
    # Weeks without a cost between the first and the last have their row all the same.
    assert "2026-W12" in page


def test_costs_are_narrowed(harbour: Server) -> None:
    only = [
        row["week"] for row in table(harbour, "/hubs/costs?from=2026-03-09&to=2026-03-15") if row["section"] == "weeks"
    ]
    assert only == ["2026-W11"]
    assert "5 EUR" in words(harbour.get("/hubs/costs?currency=eur").text)
    assert "What it cost is unknown" in words(harbour.get("/hubs/costs?hub=Two").text)
    assert harbour.get("/hubs/costs?from=soon").status_code == 400
    assert harbour.get("/hubs/costs?currency=XXX").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/environments/compare?first=HOSTILE&second=lab/tide:1",
        "/environments/compare?image=HOSTILE",
        "/environments/package?package=HOSTILE",
        "/hubs/images?hub=HOSTILE",
        "/hubs/profiles?first=HOSTILE&second=One",
        "/environments/code?code=HOSTILE",
        "/impact?node=HOSTILE",
        "/impact?node=" + "x" * 5000,
        "/hubs/costs?hub=HOSTILE",
        "/hubs/costs?currency=HOSTILE",
    ],
    ids=lambda path: path[:40],
)
def test_nonsense_is_told_and_not_repeated_as_markup(harbour: Server, path: str) -> None:
    answer = harbour.get(path.replace("HOSTILE", HOSTILE))
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text
    assert harbour.get(path.replace("HOSTILE", HOSTILE), accept="application/json").status_code == 404


def test_a_name_that_several_have_leads_to_the_answer_for_each_of_them(harbour: Server) -> None:
    answer = harbour.get("/impact?node=twin")
    assert answer.status_code == 300
    said_there = words(answer.text)
    assert "Several things are called" in said_there
    assert "Not in the graph" not in said_there
    assert {"twin (urn:twin:1)", "twin (urn:twin:2)"} <= set(re.findall(r"twin \(urn:twin:\d\)", said_there))
    links = re.findall(r'href="(/impact\?node=urn%3Atwin%3A[12])"', answer.text)
    assert len(links) == 2
    assert [harbour.get(link).status_code for link in links] == [200, 200]
    told = harbour.get("/impact?node=twin", accept="text/csv")
    assert (told.status_code, told.text.count("urn:twin:")) == (300, 4)


def test_an_image_on_a_day_that_has_no_release_or_is_none(harbour: Server) -> None:
    for path in ("/impact?node=", "/environments/compare?second=lab/tide:1&first="):
        assert "No release of lab/tide is known by 1999-01-01" in words(harbour.get(f"{path}lab/tide@1999-01-01").text)
        assert "There is no day '2026-02-31'" in words(harbour.get(f"{path}lab/tide@2026-02-31").text)
    query = harbour.get("/queries/questions/image-differences?first=lab/tide@2026-02-31&second=lab/tide:1")
    assert query.status_code == 400
    assert "there is no day '2026-02-31'" in words(query.text)


def test_the_question_about_a_cluster_is_reached_with_its_form(harbour: Server) -> None:
    assert 'href="/queries#query-questions-cluster-then"' in harbour.get("/hubs").text
    page = harbour.get("/queries").text
    form = page[page.index('id="query-questions-cluster-then"') :].partition("</section>")[0]
    assert 'name="moment"' in form
    assert "--at" not in words(form)


def test_pages_of_things_lead_here(harbour: Server) -> None:
    image = harbour.get("/node?iri=urn:tide:1").text
    assert "/impact?node=urn%3Atide%3A1" in image
    assert "/environments/compare?second=urn%3Atide%3A1" in image
    hub = harbour.get("/node?iri=urn:one").text
    assert all(f"{path}=urn%3Aone" in hub for path in ("/hubs/images?hub", "/hubs/profiles?first", "/hubs/costs?hub"))
    assert "/environments/code?code=urn%3Anotebook" in harbour.get("/node?iri=urn:notebook").text
    assert "/impact?node=urn%3Abox" in harbour.get("/node?iri=urn:box").text
    assert "/environments/package?package=zarr" in harbour.get("/node?iri=pkg:conda/zarr").text


def test_named_queries_take_names_where_they_take_iris(harbour: Server) -> None:
    answer = harbour.get("/queries/questions/image-differences?first=lab/tide:1&second=lab/tide@today")
    assert answer.status_code == 303
    query = parse_qs(urlsplit(answer.headers["location"]).query)["query"][0]
    assert "<urn:tide:1>" in query
    assert "<urn:tide:3>" in query
    assert harbour.get("/queries/questions/image-differences?first=no+image").status_code == 400
    page = harbour.get("/queries").text
    assert '<option value="lab/tide:1">' in page
