"""Scores of files that are written for the purpose, in a repository of their own, against labels that are known."""

from pathlib import Path

import pytest

from leap_kg.links.evaluation.calibration import calibration, plot
from leap_kg.links.evaluation.clones import Clones
from leap_kg.links.evaluation.evaluate import Evaluation, evaluate, is_there
from leap_kg.links.evaluation.gold import HELD_OUT, SEEN, Gold, GoldError, read_gold
from leap_kg.links.evaluation.scoring import Judged
from leap_kg.links.signal import Place
from tests.links.evaluation.made import make_clones, make_gold, write


@pytest.fixture(scope="module")
def clones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clones(tmp_path_factory.mktemp("clones"))


@pytest.fixture
def gold(clones: Path, tmp_path: Path) -> Path:
    return make_gold(tmp_path, clones)


@pytest.fixture
def evaluation(gold: Path, clones: Path) -> Evaluation:
    return evaluate(read_gold(gold), Clones(clones))


def test_right_wrong_and_missed_claims_are_counted(evaluation: Evaluation) -> None:
    held_out = evaluation.scores[HELD_OUT]
    data = held_out["published data links"]
    # Heat needs the other file, rain another form of its address; ice was judged to be none, and never is not there.
    assert (data.right, data.wrong, data.unjudged, data.found, data.truths) == (2, 1, 0, 2, 3)
    assert data.precision == pytest.approx(2 / 3)
    candidates = held_out["all candidates"]
    assert (candidates.found, candidates.truths) == (3, 4)
    assert {miss.place for miss in evaluation.misses} == {"cell -, line 6", "s5, cell -, line 1"}


def test_papers_of_the_repository_itself_are_told_from_those_it_cites(evaluation: Evaluation) -> None:
    one, both = (evaluation.scores[HELD_OUT][f"papers, {sides}"] for sides in ("one side", "both sides"))
    assert (both.right, both.wrong, both.found, both.truths) == (1, 0, 1, 1)
    assert one.found == one.truths == 1


def test_every_quote_stands_where_it_is_said_to(evaluation: Evaluation) -> None:
    assert evaluation.signals == evaluation.places > 5
    assert not is_there(b"one\ntwo\n", Place("f", 1, 1, "two"))
    assert is_there(b"one\ntwo\n", Place("f", 1, 2, "one\ntwo"))


def test_a_repository_that_was_looked_at_counts_apart(gold: Path, clones: Path) -> None:
    write(gold / "seen.csv", "repository", "lab/rain")
    scores = evaluate(read_gold(gold), Clones(clones)).scores
    assert scores[SEEN]["published data links"].right == 2
    assert scores[HELD_OUT]["published data links"].precision is None


def test_what_is_in_no_clone_is_counted_as_not_read(gold: Path, tmp_path: Path) -> None:
    found = evaluate(read_gold(gold), Clones(tmp_path / "nowhere"))
    assert (found.files, found.wanted) == (0, 2)
    assert found.calibrations == []


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("call_sites.csv", "site,repository\ns1,lab/rain", "lacks the columns"),
        ("papers.csv", "pair,repository,commit,path,start,end,paper\np9,a/b,%s,f,1,1,x" % ("0" * 40), "no settled"),
        ("whole_files.csv", "repository,commit,path\na/b,main,f", "no commit"),
        ("whole_files.csv", "repository,commit,path\na/b", "another number"),
    ],
)
def test_a_set_that_makes_no_sense_is_refused(gold: Path, file: str, text: str, said: str) -> None:
    write(gold / file, text)
    with pytest.raises(GoldError, match=said):
        read_gold(gold)
    (gold / file).unlink()
    with pytest.raises(GoldError, match="cannot be read"):
        read_gold(gold)


def test_confidences_are_held_against_what_is_right() -> None:
    found = calibration("all", [Judged("D1", 0.95, True), Judged("D1", 0.95, True), Judged("D4", 0.5, False)])
    assert found is not None
    assert found.brier == pytest.approx((0.05**2 * 2 + 0.25) / 3)
    assert [(each.number, each.right) for each in found.bins] == [(1, 0.0), (2, 1.0)]
    assert plot(found).count("<circle") == 2
    assert calibration("all", []) is None


def test_the_set_of_the_project_is_whole() -> None:
    gold: Gold = read_gold(Path(__file__).parents[3] / "links" / "gold")
    assert len(gold.sites) >= 300
    assert len(gold.pairs) >= 150
    repositories = {source.repository for source in gold.sources}
    assert gold.seen < repositories
    assert all(site.addresses for site in gold.sites if site.resolvable != "no")
