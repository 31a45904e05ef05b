"""Tables of answers as a browser lays them out: at 1,200 pixels no column is cut off, and names stay whole."""

from collections.abc import Iterator

import pytest

from leap_kg.graph.publish import Writer
from tests.ingest.hubs.test_mapping import PROFILE, of
from tests.sparql.questions.asked import said
from tests.web.platform import fill, publish
from tests.web.server import Server, running
from tests.web_assets.chromium import chromium

pytestmark = pytest.mark.all

IMAGE = """
kg:image\\/line a schema:SoftwareApplication ; dct:title "pangeo/pangeo-notebook" .
<urn:old> a leap:ContainerImage ; dct:title "pangeo/pangeo-notebook:2024.06.02" ; dct:isVersionOf kg:image\\/line ;
    leap:versionOrder "1," ; dct:issued "2024-06-02"^^xsd:date .
<urn:new> a leap:ContainerImage ; dct:title "pangeo/pangeo-notebook:2026.01.30" ; dct:isVersionOf kg:image\\/line ;
    leap:versionOrder "2," ; dct:issued "2026-01-30"^^xsd:date .
<urn:hub> a leap:HubDeployment ; dct:title "LEAP Public" ; leap:offersImage <urn:old> .
"""
LINES = """(found) => {
    const range = document.createRange();
    range.selectNodeContents(found);
    return new Set([...range.getClientRects()].map((each) => Math.round(each.top / 10))).size;
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    def more(writer: Writer) -> None:
        publish(writer, "hubs", "Hubs", [*of({"profileList": [PROFILE]}).triples, *said(IMAGE)], 5)

    with running(fill(tmp_path_factory.mktemp("tables") / "home", more).path) as started:
        yield started


def test_every_column_is_seen_and_the_name_of_an_image_takes_two_lines(server: Server) -> None:
    with chromium() as browser:
        page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
        for path in ("/hubs/access", "/hubs/images"):
            page.goto(f"{server.origin}{path}")
            wide = page.evaluate(
                "[...document.querySelectorAll('.table-scroll')].map((each) => each.scrollWidth - each.clientWidth)"
            )
            assert wide
            assert set(wide) == {0}, path
        names = page.get_by_role("link", name="pangeo/pangeo-notebook:2024.06.02").all()
        assert names
        assert {name.evaluate(LINES) for name in names} <= {1, 2}
        dates = page.get_by_role("cell", name="2024-06-02", exact=True).all()
        assert {date.evaluate(LINES) for date in dates} == {1}
