"""What a patch did to an entity, found without reading it all: the same as if it were read."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from leap_kg.graph.history.feed import entity_of
from leap_kg.graph.log import patchfile
from leap_kg.graph.log.patch import Patch, PatchLog
from leap_kg.graph.names import provenance_graph, source_graph
from leap_kg.settings import DEFAULT_BASE as BASE
from leap_kg.web.history.patchscan import Gate, changed
from leap_kg.web.history.refusal import Busy

# Names that begin alike and that sort on either side of the end of an IRI.
NAMES = ("a", "a-b", "a/b", "a#p", "a#q-1", "a.json", "ab", "b", "b#p", "ontology#T", "ontology#Te", "z")
NODES = [NamedNode(BASE + name) for name in NAMES] + [NamedNode("https://example.org/x#y"), NamedNode("urn:x")]
GRAPHS = [source_graph(BASE, "one"), source_graph(BASE, "two"), provenance_graph(BASE)]
TEXTS = st.text(alphabet=st.sampled_from('ab"\\\n\r\t#<>é '), max_size=6)
QUADS = st.builds(
    Quad,
    st.sampled_from(NODES),
    st.sampled_from([NamedNode("urn:p"), NamedNode("urn:q")]),
    st.one_of(st.sampled_from(NODES), TEXTS.map(Literal)),
    st.sampled_from(GRAPHS),
)


def entity(quad: Quad) -> str:
    assert isinstance(quad.subject, NamedNode)
    return entity_of(quad.subject.value, BASE)


def graph(quad: Quad) -> str:
    assert isinstance(quad.graph_name, NamedNode)
    return quad.graph_name.value


def logged(folder: Path, removed: set[Quad], added: set[Quad]) -> PatchLog:
    log = PatchLog(folder)
    log.append(Patch(1, "one", f"{BASE}run/1", datetime(2026, 3, 1, tzinfo=UTC), tuple(removed), tuple(added)))
    return log


@settings(max_examples=60)
@given(
    removed=st.sets(QUADS, max_size=30), added=st.sets(QUADS, max_size=30), block=st.sampled_from([64, 400, 1 << 20])
)
def test_the_scan_finds_what_reading_finds(removed: set[Quad], added: set[Quad], block: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patching:
        patching.setattr(patchfile, "_BLOCK", block)
        patching.setattr(patchfile, "_PIECE", block)
        log = logged(Path(folder), removed, added - removed)
        iris = sorted({entity_of(node.value, BASE) for node in NODES})
        found = changed(log, 1, iris, BASE, 1000)
        for iri in iris:
            for side, quads in ((found[iri].removed, removed), (found[iri].added, added - removed)):
                wanted = {quad for quad in quads if entity(quad) == iri and graph(quad) != GRAPHS[2].value}
                assert set(side) == wanted
                assert len(side) == len(wanted)


def test_no_more_is_kept_than_asked_for(tmp_path: Path) -> None:
    quads = {Quad(NODES[0], NamedNode("urn:p"), Literal(str(number)), GRAPHS[0]) for number in range(50)}
    found = changed(logged(tmp_path, set(), quads), 1, [NODES[0].value], BASE, 20)[NODES[0].value]
    assert (len(found.added), found.more) == (20, 30)


def test_only_a_few_long_searches_run_at_a_time() -> None:
    gate, size = Gate(2), 10**9
    with gate.enter(size), gate.enter(size):
        with pytest.raises(Busy), gate.enter(size):
            pass
        with gate.enter(10):
            pass
    with gate.enter(size):
        pass
