"""The process that reads a part of a store: `python -m leap_kg.web.data.worker`, one request, one file, one answer.

The request comes as JSON on the standard input, the answer goes as JSON to the standard output, and the values to the
file that the request names. Whoever started it kills it when its time is over. Hazard: what a store makes of this
process (memory without end, a crash of a decompressor) must stay in it, so it has limits of its own and shares nothing.
"""

import contextlib
import json
import os
import resource
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leap_kg.ingest.fetch import FetchFailed, HttpFetcher, Limits
from leap_kg.ingest.zarr.probing import probe
from leap_kg.ingest.zarr.silence import Silence
from leap_kg.ingest.zarr.targets import Refused as NoTarget
from leap_kg.ingest.zarr.targets import Target, target
from leap_kg.web.data.asked import Wish
from leap_kg.web.data.cost import MOST_CHUNKS, MOST_ROWS, Cost, Picked, cost, in_words, smaller

if TYPE_CHECKING:
    import xarray as xr

    from leap_kg.web.data.axes import Selection
    from leap_kg.web.data.store import Variable

_LONGEST_REASON = 600
_NICENESS = 5


def main() -> None:
    """Answer the request on the standard input; leave if there is none."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    os.nice(_NICENESS)
    warnings.simplefilter("ignore")
    # Before there is a request: whoever asks waits for the reading alone.
    with contextlib.suppress(ImportError):
        from leap_kg.web.data import axes, files  # noqa: F401
    text = sys.stdin.read()
    if not text:
        os._exit(0)
    request = json.loads(text)
    _limit(request["memory"], request["file_bytes"])
    try:
        reply = answer(request)
    except ImportError as error:
        reply = _fault(501, f"the server lacks what reads data ({error.name}): install leap-kg[data]")
    except MemoryError:
        reply = _fault(502, "reading it takes more memory than it may: its chunks are larger than their metadata say")
    json.dump(reply, out)
    out.flush()
    os._exit(0)  # libraries have threads that would wait


def _limit(memory: int, file_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ValueError, OSError) as error:  # macOS has no such limit
        sys.stderr.write(f"data worker: this system does not limit memory ({error})\n")


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The reply: a status, and what was read or the reason why nothing was; the values are in the file `path`."""
    from leap_kg.web.data.store import Refused

    found = target(request["uri"], request["endpoint"], (), local=True)
    if isinstance(found, NoTarget):
        return _fault(501, found.reason)
    limits = Limits(body_bytes=request["most_bytes"], seconds=request["seconds"], retries=1, longest_wait=1.0)
    try:
        # Without tokens: what only we may see is not for visitors.
        with HttpFetcher(limits, frozenset(request["private_hosts"]), contact=request["contact"]) as fetcher:
            return _read(request, Wish.from_json(request["wish"]), found, fetcher)
    except Refused as refused:
        return {**_fault(refused.status, refused.reason), "example": refused.example}
    except Silence as silence:
        return _fault(502, f"the store does not answer as one: {silence.reason}")
    except FetchFailed as failure:
        return _fault(502, f"the store cannot be read now: {failure.reason}")


def _read(request: dict[str, Any], wish: Wish, found: Target, fetcher: HttpFetcher) -> dict[str, Any]:
    from leap_kg.web.data import axes, files
    from leap_kg.web.data.store import Chunks, Refused, opened, variable_of

    hierarchy = probe(found, fetcher).hierarchy
    variable = variable_of(hierarchy, wish.variable, request["most_bytes"])
    chunks = Chunks(found, fetcher, request["most_bytes"])
    unlike = "its metadata or its coordinates cannot be read"
    try:
        data = opened(variable, hierarchy.attributes, chunks)
        unlike = "a chunk cannot be unpacked, or holds more or less than it should"
        selection = axes.select(data, variable, wish)
        price = _afforded(request, data, variable, wish, selection)
        part = axes.taken(data, variable, wish, selection)
        history = f"{request['now']} a part of {request['store']} by {request['address']}"
        before = part.attrs.get("history")
        part.attrs["history"] = f"{history}\n{before}" if isinstance(before, str) else history
        files.write(part, variable.name, request["form"], Path(request["path"]))
    except (Refused, ImportError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - codecs and readers raise whatever they like for what is not as described
        if chunks.refused is not None:
            raise chunks.refused from None
        raise Refused(502, f"the store is not what its metadata say: {unlike}") from None
    return {"status": 200, "chunks": price.chunks, "bytes": price.bytes}


def _afforded(
    request: dict[str, Any], data: "xr.Dataset", variable: "Variable", wish: Wish, selection: "Selection"
) -> Cost:
    """What reading the selection costs; raises `Refused` (413), with a smaller wish, if that is too much."""
    from leap_kg.web.data.axes import told
    from leap_kg.web.data.store import Refused

    array, most, is_text = variable.array, request["most_bytes"], request["form"] == "csv"

    def fits(picked: Sequence[Picked]) -> bool:
        one = cost(array.chunks, array.item_bytes, picked)
        return one.chunks <= MOST_CHUNKS and one.bytes <= most and not (is_text and one.values > MOST_ROWS)

    price = cost(array.chunks, array.item_bytes, selection.picked)
    if fits(selection.picked):
        return price
    left = smaller(selection.picked, array.chunks, fits)
    example = told(data, variable, wish, selection, left) if left is not None else {}
    rows = f" and {MOST_ROWS:,} values" if is_text else ""
    may = f"at most {MOST_CHUNKS:,} chunks, {in_words(most)}{rows} are given"
    mend = "ask for less" if left is not None else "one chunk alone is too large, so open the store in Python"
    raise Refused(413, f"this touches {price.words}, for {price.values:,} values; {may}: {mend}", example)


def _fault(status: int, reason: str) -> dict[str, Any]:
    line = " ".join(reason.split())
    return {"status": status, "reason": line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]} …"}


if __name__ == "__main__":
    main()
