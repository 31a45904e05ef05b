"""Scores of files that are written for the purpose, in a repository of their own, against labels that are known."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.evaluation.calibration import calibration, interval, plot
from leap_kg.links.evaluation.clones import Clones
from leap_kg.links.evaluation.evaluate import Evaluation, evaluate, is_there
from leap_kg.links.evaluation.gold import HELD_OUT, SEEN, Gold, GoldError, read_gold
from leap_kg.links.evaluation.recalibration import isotonic, loss, platt, recalibrations, stated
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
    assert evaluation.misses == []
    assert evaluation.lacking == {}


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
    found = evaluate(read_gold(gold), Clones(clones))
    scores = found.scores
    assert scores[SEEN]["published data links"].right == 2
    assert scores[HELD_OUT]["published data links"].precision is None
    told = {miss.place: (miss.judged, miss.found) for miss in found.misses}
    assert told.keys() == {"cell -, line 6", "s5, cell -, line 1", "p2, lines 7 to 7"}
    assert told["p2, lines 7 to 7"] == ("cites 10.5555/thanks", "cites (0.85)")


def test_a_paper_that_curators_agree_is_cited_is_neither_right_nor_wrong(gold: Path, clones: Path) -> None:
    write(gold / "seen.csv", "repository", "lab/rain")
    before = evaluate(read_gold(gold), Clones(clones)).scores[SEEN]["papers, one side"]
    assert (before.right, before.wrong, before.unjudged) == (1, 1, 0)
    write(gold / "labels" / "settled" / "papers.csv", "pair,label,names_back", "p1,implements,yes", "p2,named,unknown")
    found = evaluate(read_gold(gold), Clones(clones))
    after = found.scores[SEEN]["papers, one side"]
    assert (after.right, after.wrong, after.unjudged, after.truths) == (1, 0, 1, 1)
    assert not any(miss.place.startswith("p2") for miss in found.misses)


def test_what_is_in_no_clone_is_counted_as_not_read(gold: Path, tmp_path: Path) -> None:
    found = evaluate(read_gold(gold), Clones(tmp_path / "nowhere"))
    assert (found.files, found.wanted, found.lacking) == (0, 2, {"lab/rain": 2})
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


def test_a_share_is_told_with_where_it_may_lie_and_what_is_stated_outside_is_off() -> None:
    low, high = interval(0.5, 10)
    assert low == pytest.approx(0.2366, abs=1e-4)  # Wilson's
    assert high == pytest.approx(0.7634, abs=1e-4)
    assert interval(1.0, 4)[1] == 1.0
    few, many = ([Judged("D3", 0.6, True)] * number for number in (2, 40))
    assert [found.off for those in (few, many) if (found := calibration("D3", those))] == ["", "too low"]
    surely_wrong = calibration("D1", [Judged("D1", 0.97, False)] * 3)
    assert surely_wrong is not None
    assert surely_wrong.off == "too high"


def _signals(repository: str, confidence: float, right: int, wrong: int) -> list[Judged]:
    return [Judged("D1", confidence, at < right, repository) for at in range(right + wrong)]


def test_curves_bend_what_is_stated_to_what_is_right() -> None:
    judged = [*_signals("a", 0.9, 30, 10), *_signals("b", 0.6, 8, 2), *_signals("c", 0.3, 1, 9)]
    steps, curve = isotonic(judged), platt(judged)
    assert steps(0.9) == steps(0.99) == pytest.approx(38 / 50)  # 0.6 is right more often than 0.9, so both are pooled
    assert steps(0.3) == steps(0.1) == pytest.approx(0.1)
    assert curve(0.3) < curve(0.6) < curve(0.9)
    for way in (steps, curve):
        bent, plain = (loss([(bend(each.confidence), each.right) for each in judged]) for bend in (way, stated(judged)))
        assert bent is not None
        assert plain is not None
        assert bent.log < plain.log
        assert bent.brier < plain.brier


@settings(max_examples=50)
@given(st.lists(st.builds(Judged, st.just("D1"), st.floats(0, 1), st.booleans(), st.sampled_from("ab")), min_size=1))
def test_curves_rise_stay_within_bounds_and_never_fail(judged: list[Judged]) -> None:
    values = [isotonic(judged)(place / 20) for place in range(21)]
    assert all(after >= before - 1e-12 for before, after in pairwise(values))
    assert all(0 <= value <= 1 for value in values)
    assert all(0 <= platt(judged)(place / 20) <= 1 for place in range(21))
    for way in recalibrations(judged, judged):
        assert way.seen is not None
        assert 0 <= way.seen.brier <= 1


def test_what_was_seen_is_judged_by_the_other_repositories() -> None:
    """A repository whose signals are all wrong cannot teach the curve that judges it."""
    judged = [*_signals("good", 0.9, 20, 0), *_signals("bad", 0.9, 0, 20)]
    (plain, steps, _) = recalibrations(judged, [])
    assert plain.seen is not None
    assert steps.seen is not None
    assert steps.seen.brier > plain.seen.brier
    assert steps.held_out is None


def test_the_set_of_the_project_is_whole() -> None:
    gold: Gold = read_gold(Path(__file__).parents[3] / "links" / "gold")
    assert len(gold.sites) >= 300
    assert len(gold.pairs) >= 150
    repositories = {source.repository for source in gold.sources}
    assert gold.seen < repositories
    assert all(site.addresses for site in gold.sites if site.resolvable != "no")
