"""A disk that fills up under a running server: what the sender of a publication is told, and what becomes of it."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from leap_kg.graph.home import Home
from leap_kg.graph.publish import Writer
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.processes import below
from tests.web.author import ONE, PERSON, Author, graph, logged, token
from tests.web.server import Server, running

_LIMIT = 300_000
# One letter many times: the log, which is compressed, has room for it, and the store has not.
_LONG = "a" * (3 * _LIMIT)
_SAID = f'<urn:s> <urn:p> "{_LONG}"'


@contextmanager
def full_disk(server: Server) -> Iterator[None]:
    """No file of the server's processes grows beyond a limit, which is what a full disk does to who needs room."""
    pids = [server.pid, *below(server.pid)]
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (_LIMIT, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@pytest.mark.all
def test_what_the_log_holds_is_not_to_be_sent_again_and_follows_by_itself(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with running(home, {"LEAP_KG_BODY_BYTES": "10000000"}) as server:
        author = Author(server, token(home))
        assert author.put(f"{BASE}graph/source/two", PERSON).status_code == 201
        with full_disk(server):
            refused = author.put(ONE, f"{_SAID} .")
            assert refused.status_code == 503
            assert "it is in the log" in refused.text
            assert "do not send it again" in refused.text
            assert str(home) not in refused.text
            assert len(logged(home)) == 2
            # What stands in its way is still there: this one is in no log, and may be sent again.
            waiting = author.put(f"{BASE}graph/source/three", PERSON)
            assert waiting.status_code == 503
            assert "try again later" in waiting.text
            assert len(logged(home)) == 2
            # This one is too large for memory, so it is not even taken.
            large = author.put(f"{BASE}graph/source/four", f'<urn:s> <urn:p> "{_LONG * 2}" .')
            assert large.status_code == 503
            assert "no room" in large.text
            assert int(large.headers["Retry-After"]) > 0
            # Who reads is served as before.
            assert server.get(f"/graph-store?graph={BASE}graph/source/two", accept="text/turtle").status_code == 200
        assert author.put(f"{BASE}graph/source/three", PERSON).status_code == 201
        assert [label for label, _ in logged(home)] == ["two", "one", "three"]
        assert graph(home, ONE) == {_SAID}
    with Writer(Home(home), BASE) as writer:
        assert writer.revision == 3
        assert any(writer.store.quads_for_pattern(NamedNode("urn:s"), None, None, NamedNode(ONE)))
