"""The private copy: on disk, next to a snapshot; gone afterwards, also after a process that was killed."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Store

from leap_kg.sparql.measure import Refused
from leap_kg.sparql.update import Delta, delta, sweep
from leap_kg.sparql.update.state import PREFIX, State
from tests.sparql.conftest import EX
from tests.sparql.update.worlds import OPTIONS

SEVERAL = f"""
CLEAR GRAPH <{EX}g0> ;
INSERT DATA {{ GRAPH <{EX}g2> {{ <new> <{EX}value> 1 }} }} ;
DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} INSERT {{ GRAPH <{EX}g2> {{ ?s ?p ?o }} }}
WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != <{EX}g2>) }} ;
DELETE {{ GRAPH <{EX}g2> {{ ?s ?p 1 }} }} WHERE {{ GRAPH <{EX}g2> {{ ?s ?p 1 }} }}
"""

_HOLD = """
import sys
from pyoxigraph import Literal, NamedNode, Quad, Store
from leap_kg.sparql.update.state import State
store = Store.read_only(sys.argv[1])
state = State(store, sys.argv[2], 10)
state.change((), [Quad(NamedNode("a:a"), NamedNode("a:a"), Literal("a"), NamedNode("a:a"))])
assert len(state.readable()) == len(store) + 1
print("held", flush=True)
sys.stdin.read()
"""


def copies(folder: Path) -> list[str]:
    """The copies that are left there."""
    return sorted(path.name for path in folder.glob(f"{PREFIX}*"))


def test_operations_on_disk_see_what_those_before_them_did(snapshot: Path, tmp_path: Path) -> None:
    store = Store.read_only(str(snapshot))
    in_memory = Store()
    in_memory.extend(store)
    options = replace(OPTIONS, scratch=str(tmp_path))
    change = delta(store, SEVERAL, options)
    assert change == delta(in_memory, SEVERAL, OPTIONS)
    assert {each.graph_name.value for each in change.added} == {f"{EX}g2"}  # type: ignore[union-attr]
    assert len(change.removed) == 301  # everything there was, of both graphs
    assert len(change.added) == 150  # g1 in its new place, but for the one value that was taken out again
    assert copies(tmp_path) == []
    assert len(Store.read_only(str(snapshot))) == 301


def test_no_copy_is_made_where_none_is_read(snapshot: Path, tmp_path: Path) -> None:
    options = replace(OPTIONS, scratch=str(tmp_path / "missing"))
    text = f"INSERT DATA {{ <a> <b> 1 }} ; COPY <{EX}g0> TO <{EX}g1> ; CLEAR DEFAULT"
    assert delta(Store.read_only(str(snapshot)), text, options) != Delta()


def test_the_copy_goes_when_an_operation_fails(snapshot: Path, tmp_path: Path) -> None:
    with State(Store.read_only(str(snapshot)), str(tmp_path), 10) as state:
        state.change(list(state.quads(next(iter(state.graphs()))))[:1], ())
        assert len(state.readable()) == 300
        assert len(copies(tmp_path)) == 1
    text = f"{SEVERAL} ; CREATE GRAPH <{EX}g2>"
    with pytest.raises(Refused, match="exists already"):
        delta(Store.read_only(str(snapshot)), text, replace(OPTIONS, scratch=str(tmp_path)))
    assert copies(tmp_path) == []


def test_a_killed_process_leaves_a_copy_that_the_next_one_removes(snapshot: Path, tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(snapshot), str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == b"held\n"
    (held,) = copies(tmp_path)
    sweep(tmp_path)
    assert copies(tmp_path) == [held]  # in use
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait(20)
    holder.stdin.close()
    holder.stdout.close()
    delta(Store.read_only(str(snapshot)), SEVERAL, replace(OPTIONS, scratch=str(tmp_path)))
    until = time.monotonic() + 5
    while copies(tmp_path) and time.monotonic() < until:
        sweep(tmp_path)
    assert copies(tmp_path) == []
