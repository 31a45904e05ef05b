"""Mining from end to end: two checkouts into one graph, again and again, with changes, verdicts and bad files."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from leap_kg.graph.activity import Activity
from leap_kg.graph.engine import Engine
from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.links.assertion import link_node
from leap_kg.links.checkout import Checkout
from leap_kg.links.known import Known
from leap_kg.links.mining import NotRemembered, Report, mine
from leap_kg.links.readers import READERS, Readers
from leap_kg.links.verdicts import NoLink, decide
from leap_kg.ontology.namespaces import CODEMETA, PROV, ours
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.settings import Settings
from leap_kg.sparql.run import select
from leap_kg.web.cells import Node, plain
from leap_kg.web.nodes.panels import panels_of
from leap_kg.web.site import Site
from tests.ingest.clock import START
from tests.links.worlds import CODE, IMAGE, NOTEBOOK, OCEAN, PAPER, checkout, commit, commit_of, quads
from tests.sparql.questions.asked import questions

README = "# Code\n\n## How to cite\n\nPlease cite https://doi.org/10.5555/paper.1\n"
BOOK = f"{CODE}/blob/main/analysis.ipynb"
OTHER = "https://github.com/lab/other"
USED, OWN = PROV("used"), CODEMETA("referencePublication")


class World:
    """A home with the small graph, and two checkouts."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "kg")
        with Writer(self.home, BASE) as writer:
            writer.publish("lab", quads(), Activity("lab/1", "Lab", START, START))
        self.code = checkout(
            folder / "code",
            analysis__ipynb=NOTEBOOK,
            README__md=README,
            Dockerfile="FROM pangeo/pangeo-notebook:2026.06.04\n",
        )
        self.other = checkout(
            folder / "other", "lab/other", run__py='import xarray\nxarray.open_zarr("gs://far/away.zarr")\n'
        )

    def mine(self, *folders: Path) -> Report:
        return mine(self.home, BASE, READERS, [Checkout.of(folder, "", BASE) for folder in folders])

    @property
    def store(self) -> Engine:
        snapshot = Snapshots(self.home).current()
        assert snapshot is not None
        return snapshot.store

    def says(self, subject: str, predicate: NamedNode, target: str) -> bool:
        return any(self.store.quads_for_pattern(NamedNode(subject), predicate, NamedNode(target), None))

    def asked(self, name: str, **parameters: NamedNode) -> list[dict[str, str]]:
        query = questions().get(name)
        assert query is not None
        return [
            {k: getattr(v, "value", "") for k, v in row.items()} for row in select(self.store, query.bind(**parameters))
        ]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = World(tmp_path_factory.mktemp("links"))
    report = made.mine(made.code, made.other)
    assert (report.repositories, report.files, report.read) == (2, 4, 4)
    assert report.signals.keys() >= {"D1", "E1", "L5"}
    assert report.unresolved == {"far": 1}
    return made


def test_a_chain_from_the_paper_to_the_hub_is_in_plain_triples(world: World) -> None:
    assert world.says(CODE, OWN, PAPER)  # it names the paper, and the paper's abstract names it
    assert world.says(CODE, USED, OCEAN)
    assert world.says(BOOK, USED, OCEAN)
    assert world.says(CODE, ours(BASE)("runsIn"), IMAGE)
    assert world.says(f"{BASE}hub/hub.example.org", ours(BASE)("offersImage"), IMAGE)
    assert not world.says(f"{OTHER}/blob/main/run.py", USED, "gs://far/away.zarr")
    far = link_node(OTHER, USED, "gs://far/away.zarr", BASE)
    assert any(world.store.quads_for_pattern(far, None, None, None))


def test_question_12_names_the_very_line(world: World) -> None:
    rows = world.asked("questions/behind-paper", paper=NamedNode(PAPER))
    found = {(row["code"], row["thing"], row.get("file", ""), row.get("place", ""), row["address"]) for row in rows}
    at = f"{CODE}/blob/{commit_of(world.code)}"
    assert (BOOK, OCEAN, "analysis.ipynb", "cell 1, line 3", f"{at}/analysis.ipynb?plain=1#L3") in found
    assert (CODE, IMAGE, "Dockerfile", "line 1", f"{at}/Dockerfile#L1") in found
    assert (CODE, PAPER, "README.md", "line 5", f"{at}/README.md?plain=1#L5") in found
    (quote,) = {row["quote"] for row in rows if row["code"] == BOOK}
    assert quote == "xr.open_zarr(f'{ROOT}/ocean.zarr')"


def test_question_13_leads_from_the_dataset_to_notebooks_and_papers(world: World) -> None:
    data = NamedNode(f"{BASE}dataset/ocean")
    users = world.asked("questions/users-of-data", data=data)
    assert {row["user"]: (row["confidence"], row["pieces"]) for row in users} == {
        BOOK: ("0.97", "1"),
        CODE: ("0.97", "1"),
        PAPER: ("0.97", "2"),
    }
    assert len(users) == 3
    (paper,) = (row for row in users if row["user"] == PAPER)
    assert set(paper["how"].split("; ")) == {"its code reads it", "its record names it"}
    # The surest link is that of the code, whose evidence is on its page.
    assert paper["link"] == link_node(CODE, USED, OCEAN, BASE).value
    rows = world.asked("questions/evidence-of-users", data=data)
    assert {(row["user"], row["how"], row.get("confidence")) for row in rows} == {
        (BOOK, "reads it", "0.97"),
        (CODE, "reads it", "0.97"),
        (PAPER, "its code reads it", "0.97"),
        (PAPER, "its record names it", "0.95"),
    }


# Of each page, the panels about links: what they list, as what, how sure it is, and where the evidence opens.
_AT = "AT-ITS-COMMIT"
_RECORD = ("its record in lab", PAPER)
_LINE = ("analysis.ipynb, cell 1, line 3", f"{_AT}/analysis.ipynb?plain=1#L3")
_FROM = ("Dockerfile, line 1", f"{_AT}/Dockerfile#L1")
_README = ("README.md, line 5", f"{_AT}/README.md?plain=1#L5")
LINK = link_node(CODE, OWN, PAPER, BASE).value
PANELS = {
    PAPER: {
        "links-of": {("dataset/ocean", "references", "0.95", *_RECORD)},
        "links-to": {(CODE, "reference publication", "0.995", *place) for place in (_README, _RECORD)},
        "behind-paper": {(OCEAN, "used", "0.97", *_LINE), (IMAGE, "runs in", "0.95", *_FROM)},
    },
    BOOK: {"links-of": {(OCEAN, "used", "0.97", *_LINE)}},
    OCEAN: {"links-to": {(BOOK, "used", "0.97", *_LINE), (CODE, "used", "0.97", *_LINE)}},
    IMAGE: {"links-to": {(CODE, "runs in", "0.95", *_FROM)}},
    LINK: {"link-evidence": {("", "", "0.85", *_README), ("", "", "0.98", *_RECORD)}},
}


@pytest.mark.parametrize("iri", PANELS, ids=["paper", "notebook", "store", "image", "link"])
def test_pages_list_links_with_their_evidence(world: World, iri: str) -> None:
    reading = Site(Settings(home=world.home.path)).revision().reading
    panels = {panel.name: panel for panel in panels_of(reading, NamedNode(iri))}
    for name, expected in PANELS[iri].items():
        found = set()
        for row in panels[name].rows:
            place = row["place"]
            assert isinstance(place, Node)
            assert place.external
            thing = row.get("thing")
            what = thing.iri.replace(f"{BASE}dataset", "dataset") if isinstance(thing, Node) else ""
            cells = (plain(row.get(key)) for key in ("property", "confidence"))
            found.add((what, *cells, place.label, place.path.replace(f"{CODE}/blob/{commit_of(world.code)}", _AT)))
        assert found == expected, name


def test_question_16_knows_the_paper_that_uses_the_repository(world: World) -> None:
    rows = world.asked("questions/incomplete-code")
    assert {row.get("paper") for row in rows if row["repository"] == CODE} <= {PAPER}


def test_question_17_connects_a_person_to_a_dataset(world: World) -> None:
    person = NamedNode("https://orcid.org/0000-0002-1825-0097")
    rows = world.asked("questions/person-and-data", person=person, dataset=NamedNode(f"{BASE}dataset/ocean"))
    assert {(row["how"], row.get("code", ""), row["data"]) for row in rows} == {
        ("wrote a work that names it", "", f"{BASE}dataset/ocean"),
        ("wrote a paper whose code uses it", CODE, OCEAN),
    }


def test_mining_again_reads_nothing_and_makes_no_revision(world: World) -> None:
    before = Snapshots(world.home).newest()
    report = world.mine()
    assert (report.repositories, report.files, report.read) == (2, 4, 0)
    assert report.revision == Snapshots(world.home).newest() == before


def test_a_run_over_one_checkout_changes_only_what_it_found(world: World) -> None:
    (world.other / "run.py").write_text("x = (\n")
    (world.other / "places.py").write_text('ROOT = "gs://leap"\n')
    (world.other / "use.py").write_text('import xarray\nimport places\nxarray.open_zarr(places.ROOT + "/ocean.zarr")\n')
    assert world.mine(world.other).findings == {"uncommitted-files": 1}
    now = commit(world.other)
    report = world.mine(world.other)
    assert (report.files, report.read) == (6, 3)
    assert world.says(f"{OTHER}/blob/main/use.py", USED, OCEAN)  # a constant of another file
    assert report.findings == {"unreadable-file": 1}
    assert world.says(BOOK, USED, OCEAN)
    assert not any(world.store.quads_for_pattern(link_node(OTHER, USED, "gs://far/away.zarr", BASE), None, None, None))
    (finding,) = [row for row in world.asked("findings") if row["source"] == "links.files"]
    assert finding["record"] == f"{OTHER}/blob/main/run.py"
    assert finding["file"] == f"{OTHER}/blob/{now}/run.py"


def test_a_checkout_that_is_not_at_hand_keeps_its_links_when_readers_change(world: World) -> None:
    changed = replace(READERS, version="another")
    report = mine(world.home, BASE, changed, [])
    assert report.read == 0
    assert report.revision == world.mine().revision
    assert world.says(BOOK, USED, OCEAN)


def test_a_curators_no_takes_the_plain_triple_away_and_keeps_the_link(world: World) -> None:
    link = link_node(BOOK, USED, OCEAN, BASE)
    decide(world.home, BASE, link.value, "rejected")
    world.mine()
    assert not world.says(BOOK, USED, OCEAN)
    assert any(world.store.quads_for_pattern(link, None, None, None))
    decide(world.home, BASE, link.value, "none")
    assert not Known(world.store, BASE).verdicts()
    with pytest.raises(NoLink):
        decide(world.home, BASE, f"{BASE}link/none", "accepted")


def test_a_checkout_can_be_forgotten_renamed_and_missed(tmp_path: Path) -> None:
    made = World(tmp_path)
    shutil.rmtree(made.other / ".git")
    (made.other / "run.py").write_text('import xarray\nxarray.open_zarr("gs://leap/ocean.zarr")\n')
    ours_ = f"{BASE}repository/local/other"
    made.mine(made.code, made.other)
    assert made.says(ours_, USED, OCEAN)
    # The same folder by another name: it is one repository, not two.
    mine(made.home, BASE, READERS, [Checkout.of(made.other, "lab/other", BASE)])
    assert made.says(OTHER, USED, OCEAN)
    assert not made.says(ours_, USED, OCEAN)
    assert not any(made.store.quads_for_pattern(NamedNode(ours_), None, None, None))
    shutil.move(made.other, tmp_path / "elsewhere")
    gone = made.mine()
    assert gone.findings == {"checkout-gone": 1}
    assert made.says(OTHER, USED, OCEAN)
    (finding,) = [row for row in made.asked("findings") if row["source"] == "links.files"]
    assert (finding["record"], "leap-kg links forget lab/other" in finding["hint"]) == (OTHER, True)
    assert str(tmp_path) not in str(finding)
    assert made.mine().revision == gone.revision
    shutil.move(tmp_path / "elsewhere", made.other)
    assert made.mine().findings == {}
    with pytest.raises(NotRemembered, match=r"those are: https://github\.com/lab/code, https://github\.com/lab/other"):
        mine(made.home, BASE, READERS, forget=["https://github.com/lab/none"])
    report = mine(made.home, BASE, READERS, forget=[OTHER])
    assert report.repositories == 1
    assert not any(made.store.quads_for_pattern(NamedNode(OTHER), None, None, None))
    assert made.says(BOOK, USED, OCEAN)
    with pytest.raises(NotRemembered):
        mine(made.home, BASE, READERS, forget=[OTHER])


@pytest.mark.all
def test_large_notebooks_and_empty_repositories_are_findings_until_they_are_mended(tmp_path: Path) -> None:
    made = World(tmp_path)
    empty = checkout(tmp_path / "empty", "lab/empty")
    (made.other / "whole.ipynb").touch()
    os.truncate(made.other / "whole.ipynb", 200_000_000)
    (made.other / "valid.ipynb").write_text(NOTEBOOK + " " * 20_000_000)
    shutil.rmtree(made.other / ".git")

    def mined(*folders: Path) -> Report:
        return mine(
            made.home,
            BASE,
            READERS,
            [Checkout.of(made.other, OTHER, BASE), *(Checkout.of(f, "", BASE) for f in folders)],
        )

    report = mined(made.code, empty)
    assert report.findings == {"empty-repository": 1, "unreadable-file": 2}

    def said() -> dict[str, tuple[str, str]]:
        rows = [row for row in made.asked("findings") if row["source"] == "links.files"]
        return {row["record"]: (row["message"], row["hint"]) for row in rows}

    found = said()
    message, hint = found[f"{OTHER}/blob/HEAD/whole.ipynb"]
    assert "200000000 bytes" in message
    assert "Clear the outputs" in hint
    assert f"{OTHER}/blob/HEAD/valid.ipynb" in found
    assert found["https://github.com/lab/empty"][0] == "the repository has no file"
    assert made.says(BOOK, USED, OCEAN)
    again = made.mine()
    assert (again.read, again.revision, again.findings) == (0, report.revision, report.findings)
    (empty / "run.py").write_text("x = 1\n")
    commit(empty)
    (made.other / "whole.ipynb").unlink()
    (made.other / "valid.ipynb").write_text(NOTEBOOK)
    assert mined(empty).findings == {}
    assert not said()


def test_a_fault_of_a_reader_is_a_finding_and_the_next_file_is_read() -> None:
    def broken(data: bytes, path: str) -> object:
        raise RuntimeError(path)

    readers = Readers(((lambda path: True, broken), *READERS.parts), "x")  # type: ignore[arg-type]
    found = readers.read(README.encode(), "README.md")
    assert [finding.kind for finding in found.findings] == ["unreadable-file"]
    assert [signal.method for signal in found.signals] == ["L5"]
