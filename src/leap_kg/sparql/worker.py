"""The process that runs visitors' queries on snapshots: `python -m leap_kg.sparql.worker MEMORY`.

Its standard input is a socket: a frame per query comes in, one per answer goes out (see `frames`). It keeps the
snapshots it was asked about last open, so that a new revision costs an opening and no process. It has no time limit
of its own: the pool kills it. It leaves as soon as the socket closes, in the middle of a query too, so that it never
outlives the server. Hazards: whatever the engine does to this process (stack overflow, out of memory, panic) must
stay in it, so nothing here is shared; and it must be ready fast, so it imports the engine and little else.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import threading
import time
import traceback

import pyoxigraph

from leap_kg.graph.opening import open_for_reading
from leap_kg.sparql import frames, writer

TYPE_CHECKING = False  # as typing has it; importing typing would cost a tenth of the time to be ready
if TYPE_CHECKING:
    from typing import Any, BinaryIO

    from leap_kg.graph.engine import Engine

# What the guard lets through fits into 4 MiB; the rest is margin. Untouched pages are no memory, but address space.
STACK_BYTES = 128 * 2**20
LEAST_MEMORY = 4 * STACK_BYTES
# The allocator keeps what a large query has freed. A worker that holds an eighth of its limit more than it began with
# says so and is replaced, so that the next query gets what it is due.
GROWTH = 8
LONGEST_REASON = 600
FAILED = 70
# Pages go first: a worker takes what the web processes leave.
NICENESS = 5
MOST_OPEN = 3
# How often the memory is looked at (reading it takes as long as a small query), unless an answer was slow or large.
_LOOK_EVERY = 64
_SLOW = 0.02
_LARGE = 2**18

_READY = frames.encode({"status": 200})


def main(arguments: list[str]) -> None:
    """Answer within `arguments[0]` bytes of address space until the socket closes."""
    memory = int(arguments[0])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's; it closes our socket
    os.dup2(2, 1)
    os.nice(NICENESS)
    _limit(memory)
    threading.stack_size(STACK_BYTES)
    threading.Thread(target=_serve, args=(memory,), daemon=True).start()
    watch = select.poll()
    watch.register(0, 0)
    watch.poll()
    os._exit(0)


def _limit(memory: int) -> None:
    """Bound the address space, and leave no core dump of it behind."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ValueError, OSError) as error:  # macOS has no such limit
        sys.stderr.write(f"query worker: this system does not limit memory ({error})\n")


def _serve(memory: int) -> None:
    """Answer one request after the other; anything unforeseen ends the process, which the pool then replaces."""
    stdin: BinaryIO = os.fdopen(0, "rb", closefd=False)
    status = FAILED
    try:
        _send(_READY, b"")
        snapshots, most, answered = Snapshots(), _held() + memory // GROWTH, 0
        while (received := frames.read(stdin)) is not None:
            request, text = received
            began = time.perf_counter()
            reply, body = answer(snapshots, request, text)
            answered += 1
            looks = answered % _LOOK_EVERY == 0 or len(body) > _LARGE or time.perf_counter() - began > _SLOW
            if looks and _held() > most:
                reply = {**reply, "grown": True}
            _send(_READY if len(reply) == 1 else frames.encode(reply), body)
        status = 0
    except BaseException:  # noqa: BLE001 (a panic of the engine is a BaseException)
        traceback.print_exc()
    finally:
        os._exit(status)


def _send(header: bytes, body: bytes) -> None:
    left = memoryview(frames.frame(header, body))
    while left:
        left = left[os.write(0, left) :]


class Snapshots:
    """The snapshots that were asked for last, open."""

    def __init__(self) -> None:
        self._open: dict[str, Engine] = {}

    def get(self, directory: str) -> Engine:
        """The snapshot in this directory; raises `UnreadableError`."""
        store = self._open.pop(directory, None)
        if store is None:
            try:
                store = open_for_reading(directory)
            except (OSError, ValueError, RuntimeError) as error:
                raise UnreadableError(f"the snapshot {directory} cannot be opened: {error}") from None
        self._open[directory] = store
        while len(self._open) > MOST_OPEN:
            del self._open[next(iter(self._open))]
        return store

    def names(self) -> list[str]:
        """The directories of those that are open."""
        return list(self._open)


class UnreadableError(Exception):
    """A directory without a readable snapshot."""


def answer(snapshots: Snapshots, request: dict[str, Any], text: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and body of the reply to one request; a fault of the query becomes a status and a reason."""
    try:
        store = snapshots.get(request["snapshot"])
        task = request["task"]
        if task == "query":
            return _queried(store, request, text.decode())
        if task == "update":
            return _updated(store, request, text.decode())
        return {"status": 200, "open": snapshots.names()}, b""
    except UnreadableError as error:
        return _fault(503, str(error))
    except SyntaxError as error:
        return _fault(400, _syntax(str(error)))
    except writer.TooLargeError as error:
        return _fault(413, str(error))
    except (RuntimeError, ValueError, OSError) as error:
        status = getattr(error, "status", None)
        return _fault(status, str(error)) if status else _fault(400, f"the query cannot be answered: {error}")


def _queried(store: Engine, request: dict[str, Any], text: str) -> tuple[dict[str, Any], bytes]:
    if request["searches"]:
        # Loaded when it is first needed: it takes as long as the engine to import.
        from leap_kg.sparql import search

        text = search.rewrite(text, request["searches"], request["index"])
    limits = writer.Limits(request["max_bytes"], request["max_rows"], request["truncate"])
    body, rows = writer.write(_evaluate(store, request, text), request["format"], limits, request["prefixes"])
    return ({"status": 200} if rows is None else {"status": 200, "rows": rows}), body


def _updated(store: Engine, request: dict[str, Any], text: str) -> tuple[dict[str, Any], bytes]:
    from leap_kg.sparql.update import UpdateOptions, delta

    if not isinstance(store, pyoxigraph.Store):
        return _fault(503, "an update is worked out on a checkpoint of the home, not on a server")
    return {"status": 200}, delta(store, text, UpdateOptions.from_json(request["options"])).to_bytes()


def _evaluate(store: Engine, request: dict[str, Any], text: str) -> writer.Results:
    default, named, base = request["default_graphs"], request["named_graphs"], request.get("base") or None
    if default or named:
        return store.query(
            text,
            base_iri=base,
            default_graph=[pyoxigraph.NamedNode(iri) for iri in default],
            named_graphs=[pyoxigraph.NamedNode(iri) for iri in named],
        )
    # The engine's union takes precedence over FROM, so a query that has FROM must go without. A triple that stands in
    # two graphs matches twice in it (a merge would hold it once): exact counts need DISTINCT.
    return store.query(text, base_iri=base, use_default_graph_as_union=not request["own_dataset"])


def _syntax(message: str) -> str:
    """What is wrong, without the list of everything that could have followed where only a prefix is missing."""
    place, found, _ = message.partition("expected one of Prefix not found")
    if found:
        return f"syntax {place}a prefix that is not declared; begin with a line such as PREFIX dct: <...>"
    return f"syntax {message}"


def _fault(status: int, reason: str) -> tuple[dict[str, Any], bytes]:
    """The parser's messages list everything it would have taken; their beginning says where and what."""
    short = reason if len(reason) <= LONGEST_REASON else reason[:LONGEST_REASON] + " …"
    return {"status": status, "reason": short}, b""


def _held() -> int:
    """Bytes of memory of our own, without files that are mapped; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 (pathlib is slow to import)
            _, resident, shared, *_ = map(int, statm.read().split())
    except OSError:
        return 0
    return (resident - shared) * resource.getpagesize()


if __name__ == "__main__":
    main(sys.argv[1:])
