"""Verdicts: at once and in one publication, each curator for themselves, taken back without a trace, kept by mining."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from leap_kg.graph.activity import Activity
from leap_kg.graph.home import Home
from leap_kg.graph.names import source_graph
from leap_kg.graph.publish import Writer
from leap_kg.graph.snapshot import Snapshots
from leap_kg.links.assertion import link_node
from leap_kg.links.checkout import Checkout
from leap_kg.links.judged import (
    DISPUTED,
    Curator,
    all_verdicts,
    curated_graph,
    stamp,
    status_on,
    verdicts_on,
)
from leap_kg.links.mining import Report, mine
from leap_kg.links.readers import READERS
from leap_kg.links.sameness import TwoPeople
from leap_kg.links.verdicts import (
    LONGEST_WHY,
    NoLink,
    NoVerdict,
    Said,
    Unseen,
    decide,
    write,
)
from leap_kg.ontology.namespaces import OWL, PROV
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.ingest.clock import START
from tests.links.worlds import CODE, OCEAN, checkout, commit, quads

USED, SAME = PROV("used"), OWL("sameAs")
RUN = f"{CODE}/blob/main/run.py"
LAND = f"{BASE}store/gs/leap/land-2020.zarr"
CODE_TEXT = """import xarray as xr
xr.open_zarr("gs://leap/ocean.zarr")
def of(year):
    return xr.open_zarr(f"gs://leap/land-{year}.zarr")
"""
PEOPLE = f"""
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix : <{BASE}person/> . @prefix orcid: <https://orcid.org/> .
orcid:0000-0002-1825-0097 a foaf:Person ; foaf:name "Josiah Carberry" .
:josiah a foaf:Person ; foaf:name "Josiah S. Carberry" .
orcid:0000-0001-5109-3700 a foaf:Person ; foaf:name "Josiah Carberry" .
"""
FIRST, SECOND = "https://orcid.org/0000-0002-1825-0097", "https://orcid.org/0000-0001-5109-3700"
JOSIAH = f"{BASE}person/josiah"
SURE = link_node(CODE, USED, OCEAN, BASE).value
UNSURE = link_node(CODE, USED, LAND, BASE).value
SURE_OF_FILE = link_node(RUN, USED, OCEAN, BASE).value
UNSURE_OF_FILE = link_node(RUN, USED, LAND, BASE).value
PERSON = link_node(JOSIAH, SAME, FIRST, BASE).value
OTHER = link_node(JOSIAH, SAME, SECOND, BASE).value


class Desk:
    """A home with links of all kinds, mined, and curators who say something."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "kg")
        self.folder = checkout(folder / "code", run__py=CODE_TEXT)
        graph = source_graph(BASE, "people")
        people = [Quad(t.subject, t.predicate, t.object, graph) for t in parse(PEOPLE, format=RdfFormat.TURTLE)]
        with Writer(self.home, BASE) as writer:
            writer.publish("lab", quads(), Activity("lab/1", "Lab", START, START))
            writer.publish("people", people, Activity("people/1", "People", START, START))
        self.mine(self.folder)

    def mine(self, *folders: Path) -> Report:
        return mine(self.home, BASE, READERS, [Checkout.of(folder, "", BASE) for folder in folders])

    @property
    def store(self) -> Store:
        snapshot = Snapshots(self.home).current()
        assert snapshot is not None
        assert isinstance(snapshot.store, Store)
        return snapshot.store

    @property
    def revision(self) -> int:
        return Snapshots(self.home).newest()

    def says(self, subject: str, predicate: NamedNode, target: str) -> bool:
        return any(self.store.quads_for_pattern(NamedNode(subject), predicate, NamedNode(target), None))

    def decide(self, link: str, word: str, name: str = "kim", why: str = "") -> int:
        return decide(self.home, BASE, link, word, name, why)

    def plain(self) -> set[Quad]:
        """All that links say, but for the runs."""
        return {q for q in self.store if "graph/links/" in str(q.graph_name)}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    made = Desk(tmp_path_factory.mktemp("verdicts"))
    assert made.says(CODE, USED, OCEAN)
    assert not made.says(CODE, USED, LAND)
    return made


def test_a_yes_publishes_at_once_and_mining_has_nothing_to_add(desk: Desk) -> None:
    before = desk.plain()
    revision = desk.decide(UNSURE, "accepted", why="The loop runs over 2020 and 2021.")
    assert revision == desk.revision
    assert desk.says(CODE, USED, LAND)
    assert status_on(desk.store, BASE, UNSURE) == "accepted"
    assert desk.mine().revision == revision
    desk.decide(UNSURE, "none")
    assert desk.plain() == before
    assert desk.mine().revision == desk.revision == revision + 1
    left = {q.subject.value for q in desk.store if q.graph_name == curated_graph(BASE)}
    assert left == {f"{BASE}curator/kim"}


def test_a_no_takes_away_at_once_and_what_was_there_comes_back(desk: Desk) -> None:
    before = desk.plain()
    revision = desk.decide(SURE, "rejected")
    assert not desk.says(CODE, USED, OCEAN)
    assert not desk.says(RUN, USED, OCEAN)  # what the repository does not do, none of its files does
    assert desk.mine().revision == revision
    assert desk.decide(SURE, "none") == revision + 1
    assert desk.plain() == before
    assert desk.mine().revision == revision + 1


def test_curators_who_differ_leave_a_link_unpublished_until_they_agree(desk: Desk) -> None:
    before = desk.plain()
    desk.decide(SURE, "accepted", "kim", "I ran it.")
    desk.decide(SURE, "rejected", "ada")
    assert status_on(desk.store, BASE, SURE) == DISPUTED
    assert not desk.says(CODE, USED, OCEAN)
    assert desk.mine().revision == desk.revision
    said = verdicts_on(desk.store, BASE, SURE)
    assert [(each.curator.name, each.word, each.why) for each in said] == [
        ("ada", "rejected", ""),
        ("kim", "accepted", "I ran it."),
    ]
    desk.decide(SURE, "accepted", "ada")
    assert status_on(desk.store, BASE, SURE) == "accepted"
    assert desk.says(CODE, USED, OCEAN)
    desk.decide(SURE, "none", "ada")
    desk.decide(SURE, "none", "kim")
    assert desk.plain() == before
    assert not all_verdicts(desk.store, BASE)


def test_a_verdict_says_who_when_why_and_in_which_run(desk: Desk) -> None:
    desk.decide(SURE, "accepted", "Kim Lee / field team", 'Not "sure"')
    (said,) = verdicts_on(desk.store, BASE, SURE)
    assert (said.curator.name, said.why) == ("Kim Lee / field team", 'Not "sure"')
    assert (said.subject, said.predicate, said.target) == (CODE, USED.value, OCEAN)
    assert abs((datetime.now(UTC) - datetime.fromisoformat(said.at)).total_seconds()) < 60
    run = desk.store.quads_for_pattern(NamedNode(said.run), PROV("generated"), curated_graph(BASE), None)
    assert any(run)
    desk.decide(SURE, "none", "Kim Lee / field team")


def test_the_same_word_twice_makes_no_revision_and_an_unseen_change_stops_another(desk: Desk) -> None:
    seen = stamp(desk.store, BASE, SURE)
    moment = datetime.now(UTC)

    def say(writer: Writer, name: str, word: str) -> int:
        run = Activity(f"test/{uuid4().hex}", "Test", moment, moment)
        return write(writer, BASE, Said(SURE, word, Curator.named(BASE, name), "", seen), run).revision

    with Writer(desk.home, BASE) as writer:
        first = say(writer, "kim", "accepted")
        assert say(writer, "kim", "accepted") == first
        with pytest.raises(Unseen, match="look at it again"):
            say(writer, "ada", "rejected")
        assert say(writer, "ada", "none") == first
        assert say(writer, "kim", "none") == first + 1
    assert stamp(desk.store, BASE, SURE) == seen


@pytest.mark.parametrize(
    ("link", "word", "why", "error"),
    [
        (f"{BASE}link/none", "accepted", "", NoLink),
        (OCEAN, "accepted", "", NoLink),
        (f"{BASE}link/none", "none", "", NoLink),
        (SURE, "perhaps", "", NoVerdict),
        (SURE, "accepted", "x" * (LONGEST_WHY + 1), NoVerdict),
    ],
    ids=["no-link", "no-assertion", "nothing-to-take-back", "no-word", "too-long"],
)
def test_what_is_no_verdict_changes_nothing(desk: Desk, link: str, word: str, why: str, error: type[Exception]) -> None:
    before = desk.revision
    with pytest.raises(error):
        desk.decide(link, word, why=why)
    assert desk.revision == before


def test_a_yes_makes_two_nodes_one_person_and_never_two_people_one(desk: Desk) -> None:
    before = desk.plain()
    desk.decide(PERSON, "accepted")
    assert desk.says(JOSIAH, SAME, FIRST)
    with pytest.raises(TwoPeople, match="two ORCID iDs"):
        desk.decide(OTHER, "accepted")
    desk.decide(OTHER, "rejected")
    desk.decide(PERSON, "none")
    desk.decide(OTHER, "none")
    assert desk.plain() == before


def test_a_word_said_while_files_are_read_counts(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (desk.folder / "run.py").write_text(CODE_TEXT + "# read again\n")
    commit(desk.folder)
    told: list[int] = []

    def interrupt(done: int, total: int, path: object) -> None:
        if not told:
            told.append(desk.decide(SURE, "rejected"))

    checkouts = [Checkout.of(desk.folder, "", BASE)]
    report = mine(desk.home, BASE, READERS, checkouts, progress=interrupt)
    assert told
    assert not desk.says(CODE, USED, OCEAN)
    assert report.published == desk.mine().published


def test_a_verdict_outlives_its_link_and_can_be_taken_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.decide(SURE, "accepted", "kim")
    (desk.folder / "run.py").write_text("x = 1\n")
    commit(desk.folder)
    desk.mine(desk.folder)
    assert not desk.says(CODE, USED, OCEAN)
    with pytest.raises(NoLink):
        desk.decide(SURE, "rejected", "ada")
    assert [each.target for each in all_verdicts(desk.store, BASE)] == [OCEAN]
    desk.decide(SURE, "none", "kim")
    assert not all_verdicts(desk.store, BASE)


def test_a_verdict_on_a_file_counts_for_its_repository_as_far_as_no_other_file_supports_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    (desk.folder / "more.py").write_text('import xarray\nxarray.open_zarr("gs://leap/ocean.zarr")\n')
    commit(desk.folder)
    desk.mine(desk.folder)
    more = f"{CODE}/blob/main/more.py"
    of_more = link_node(more, USED, OCEAN, BASE).value
    before = desk.plain()

    def stand() -> tuple[bool, bool, bool]:
        revision = desk.revision
        assert desk.mine().revision == revision
        return desk.says(CODE, USED, OCEAN), desk.says(RUN, USED, OCEAN), desk.says(more, USED, OCEAN)

    desk.decide(SURE_OF_FILE, "rejected")
    assert stand() == (True, False, True)
    desk.decide(of_more, "rejected")
    assert stand() == (False, False, False)
    desk.decide(of_more, "accepted")
    assert stand() == (True, False, True)
    desk.decide(of_more, "none")
    desk.decide(SURE_OF_FILE, "none")
    assert desk.plain() == before
    desk.decide(SURE, "rejected")
    assert stand() == (False, False, False)
    desk.decide(of_more, "accepted")  # whoever judged this one itself looked closer
    assert stand() == (False, False, True)
    desk.decide(of_more, "none")
    desk.decide(SURE, "none")
    desk.decide(UNSURE_OF_FILE, "accepted")
    assert desk.says(CODE, USED, LAND)
    assert stand() == (True, True, True)
    desk.decide(UNSURE_OF_FILE, "none")
    assert desk.plain() == before
    assert {q.subject.value for q in desk.store if q.graph_name == curated_graph(BASE)} == {f"{BASE}curator/kim"}


WORDS = st.sampled_from(["accepted", "rejected", "none"])
PAIRS = {SURE: SURE_OF_FILE, SURE_OF_FILE: SURE, UNSURE: UNSURE_OF_FILE, UNSURE_OF_FILE: UNSURE}
STEPS = st.lists(st.tuples(st.sampled_from(list(PAIRS)), st.sampled_from(["kim", "ada"]), WORDS), max_size=6)


@given(steps=STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_verdicts_come_to_what_all_say_and_leave_no_trace_when_taken_back(
    desk: Desk, steps: list[tuple[str, str, str]]
) -> None:
    moment = datetime.now(UTC)
    words: dict[str, dict[str, str]] = {link: {} for link in PAIRS}
    with Writer(desk.home, BASE) as writer:

        def say(link: str, name: str, word: str) -> None:
            run = Activity(f"test/{uuid4().hex}", "Test", moment, moment)
            write(writer, BASE, Said(link, word, Curator.named(BASE, name)), run)

        def linked() -> set[Quad]:
            return {q for q in writer.store if "graph/links/" in str(q.graph_name)}

        before = linked()
        for link, name, word in steps:
            say(link, name, word)
            words[link].pop(name, None)
            if word != "none":
                words[link][name] = word
            for one, subject, target, unjudged in (
                (SURE, CODE, OCEAN, True),
                (UNSURE, CODE, LAND, False),
                (SURE_OF_FILE, RUN, OCEAN, True),
                (UNSURE_OF_FILE, RUN, LAND, False),
            ):
                found = set(words[one].values())
                counting = found or set(words[PAIRS[one]].values())  # what is said of the other counts for it
                expected = counting == {"accepted"} if counting else unjudged
                pattern = (NamedNode(subject), USED, NamedNode(target), None)
                assert any(writer.store.quads_for_pattern(*pattern)) == expected
                assert status_on(writer.store, BASE, one) == (
                    "" if not found else DISPUTED if len(found) > 1 else next(iter(found))
                )
        for link, name, _ in steps:
            say(link, name, "none")
        assert linked() == before
        assert not list(all_verdicts(writer.store, BASE))
