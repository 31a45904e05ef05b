"""The process that runs visitors' queries on one snapshot: `python -m leap_kg.sparql.worker DIRECTORY MEMORY`.

Reads a frame per query on stdin and answers with one on stdout (see `frames`). It has no time limit of its own:
the pool kills it. It leaves as soon as stdin closes, in the middle of a query too, so that it never outlives the
server. Hazards: whatever the engine does to this process (stack overflow, out of memory, panic) must stay in it,
so nothing here is shared; and it must be ready fast, so it imports the engine and little else.
"""

from __future__ import annotations

import os
import queue
import resource
import signal
import sys
import threading
import traceback

import pyoxigraph

from leap_kg.sparql import frames, writer

TYPE_CHECKING = False  # as typing has it; importing typing would cost a tenth of the time to be ready
if TYPE_CHECKING:
    from typing import Any, BinaryIO

# What the guard lets through fits into 4 MiB; the rest is margin. Untouched pages are no memory, but address space.
STACK_BYTES = 128 * 2**20
LEAST_MEMORY = 4 * STACK_BYTES
# The allocator keeps what a large query has freed. A worker that holds an eighth of its limit more than it began with
# says so and is replaced, so that the next query gets what it is due.
GROWTH = 8
LONGEST_REASON = 600
FAILED = 70


def main(arguments: list[str]) -> None:
    """Serve the snapshot in `arguments[0]` within `arguments[1]` bytes of address space until stdin closes."""
    directory, memory = arguments[0], int(arguments[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's; it closes our stdin
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not break a frame
    _limit(memory)
    try:
        store = pyoxigraph.Store.read_only(directory)
    except (OSError, ValueError, RuntimeError) as error:
        frames.write(output, {"status": 503, "reason": f"the snapshot {directory} cannot be opened: {error}"})
        return
    requests: queue.SimpleQueue[tuple[dict[str, Any], bytes]] = queue.SimpleQueue()
    threading.stack_size(STACK_BYTES)
    threading.Thread(target=_serve, args=(store, requests, output, memory), daemon=True).start()
    while (request := frames.read(sys.stdin.buffer)) is not None:
        requests.put(request)
    os._exit(0)


def _limit(memory: int) -> None:
    """Bound the address space, and leave no core dump of it behind."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ValueError, OSError) as error:  # macOS has no such limit
        sys.stderr.write(f"query worker: this system does not limit memory ({error})\n")


def _serve(
    store: pyoxigraph.Store,
    requests: queue.SimpleQueue[tuple[dict[str, Any], bytes]],
    output: BinaryIO,
    memory: int,
) -> None:
    """Answer one request after the other; anything unforeseen ends the process, which the pool then replaces."""
    try:
        frames.write(output, {"status": 200})
        most = _held() + memory // GROWTH
        while True:
            request, text = requests.get()
            reply, body = answer(store, request, text.decode())
            frames.write(output, {**reply, "grown": _held() > most}, body)
    except BaseException:  # noqa: BLE001 (a panic of the engine is a BaseException)
        traceback.print_exc()
    finally:
        os._exit(FAILED)


def answer(store: pyoxigraph.Store, request: dict[str, Any], text: str) -> tuple[dict[str, Any], bytes]:
    """Header and body of the reply to one query; a fault of the query becomes a status and a reason."""
    try:
        return {"status": 200}, writer.write(
            _evaluate(store, request, text), request["format"], request["max_bytes"], request["prefixes"]
        )
    except SyntaxError as error:
        return _fault(400, f"syntax {error}")
    except writer.TooLargeError as error:
        return _fault(413, str(error))
    except (RuntimeError, ValueError, OSError) as error:
        return _fault(400, f"the query cannot be answered: {error}")


def _evaluate(store: pyoxigraph.Store, request: dict[str, Any], text: str) -> writer.Results:
    default, named = request["default_graphs"], request["named_graphs"]
    if default or named:
        return store.query(
            text,
            default_graph=[pyoxigraph.NamedNode(iri) for iri in default],
            named_graphs=[pyoxigraph.NamedNode(iri) for iri in named],
        )
    # The engine's union takes precedence over FROM, so a query that has FROM must go without. A triple that stands in
    # two graphs matches twice in it (a merge would hold it once): exact counts need DISTINCT.
    return store.query(text, use_default_graph_as_union=not request["own_dataset"])


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
