"""The dump as it is published: a zip that holds the registry as JSON, or that JSON, read piece by piece.

https://ror.readme.io/docs/data-dump. Hazard: a zip of a kilobyte unpacks into gigabytes. What is unpacked is counted.
"""

import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from leap_kg.ingest.source import RecordUnusable

MAX_BYTES = 2 * 2**30  # unpacked; the dump of 2026 has about 300 MiB

_PIECE = 2**20
_ZIP = b"PK"


def read_dump(file: IO[bytes], what: str) -> Iterator[bytes]:
    """The JSON of the dump in an open file that can be rewound, in pieces of a MiB; raises `RecordUnusable`."""
    try:
        packed = file.read(len(_ZIP)) == _ZIP
        file.seek(0)
        yield from _unpacked(file, what) if packed else _pieces(file, what)
    except OSError as error:
        raise RecordUnusable(f"cannot be read on ({error.strerror}): check the disk it is on", what) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise RecordUnusable(f"is a damaged or encrypted zip ({error}): download it again", what) from None


def _unpacked(file: IO[bytes], what: str) -> Iterator[bytes]:
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.endswith(".json") and not name.startswith("__MACOSX/")]
        # Dumps of the time when both were published hold the first schema too.
        names = [name for name in names if name.endswith("_schema_v2.json")] or names
        if len(names) != 1:
            raise RecordUnusable(f"holds {len(names)} JSON files: give the zip as it was published", what)
        with archive.open(names[0]) as member:
            yield from _pieces(member, what)


def _pieces(file: IO[bytes], what: str) -> Iterator[bytes]:
    total = 0
    while piece := file.read(_PIECE):
        total += len(piece)
        if total > MAX_BYTES:
            raise RecordUnusable(f"unpacks to more than {MAX_BYTES} bytes: is it a dump of the registry?", what)
        yield piece
