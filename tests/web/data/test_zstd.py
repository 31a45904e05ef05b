"""The decoder of Zstandard that pages have: it gives what was packed, and no more than it may."""

import base64
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
import pytest

from tests.web.data.building import answers, built

pytestmark = pytest.mark.all

_PROGRAM = """import Zstd from "./zstd.js";
import { createHash } from "node:crypto";
console.log(JSON.stringify(asked.map(({ packed, length }) => {
  try {
    const codec = Zstd.fromConfig({}, { dataType: "uint8", shape: [length] });
    const data = codec.decode(new Uint8Array(Buffer.from(packed, "base64")));
    return createHash("sha256").update(data).digest("hex");
  } catch (failure) {
    return failure.message;
  }
})));
"""
MAGIC = b"\x28\xb5\x2f\xfd"
MORE = "The store is not what its metadata say: a chunk holds more than it should."
EARLY = "The store is not what its metadata say: a chunk ends before it should."


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("zstd", _PROGRAM, tmp_path_factory.mktemp("zstd"))


def asked(packed: bytes, length: int) -> dict[str, Any]:
    return {"packed": base64.b64encode(packed).decode(), "length": length}


@pytest.mark.parametrize("level", [-1, 1, 9])
def test_what_was_packed_comes_out(program: Path, level: int) -> None:
    chance = np.random.default_rng(1)
    made: dict[str, Callable[[int], bytes]] = {
        "zeros": bytes,
        "noise": chance.bytes,
        "smooth": lambda length: chance.normal(size=length // 4 + 1).cumsum().astype("f4").tobytes()[:length],
    }
    plain = [make(length) for make in made.values() for length in (1, 255, 256, 65791, 65792, 131073, 1_000_000)]
    plain.append(made["smooth"](9_000_000))  # its window is larger than every decoder has to know
    packed = [numcodecs.Zstd(level, checksum=bool(turn % 2)).encode(data) for turn, data in enumerate(plain)]
    found = answers(program, [asked(bytes(one), len(data)) for one, data in zip(packed, plain, strict=True)])
    assert found == [sha256(data).hexdigest() for data in plain]
    two = bytes(numcodecs.Zstd(level).encode(plain[3])) + bytes(numcodecs.Zstd(level).encode(plain[4]))
    assert answers(program, [asked(two, 65791 + 65792)]) == [sha256(plain[3] + plain[4]).hexdigest()]


@pytest.mark.parametrize(
    ("packed", "told"),
    [
        (bytes(numcodecs.Zstd(1).encode(bytes(2**26))), MORE),
        (bytes(numcodecs.Zstd(1).encode(bytes(100))) * 50, MORE),
        # One block of 128 kB of one byte: stated as 2 GB, not stated, stated as little.
        (MAGIC + b"\xa0" + (2**31).to_bytes(4, "little") + b"\x03\x00\x10\x00", MORE),
        (MAGIC + b"\x00\x50" + b"\x03\x00\x10\x00", MORE),
        (MAGIC + b"\x20\x64" + b"\x03\x00\x10\x00", MORE),
        # A window of 2 GB of which nothing is said otherwise.
        (
            MAGIC + b"\x00\xa8" + b"\x03\x00\x10\x00",
            "The store is not what its metadata say: a chunk does not say how long",
        ),
        (MAGIC + b"\x20\x64" + b"\x05\x00\x10", EARLY),
        (b"CDF\x01 and more", "The store is not what its metadata say: a chunk is not packed with Zstandard."),
    ],
    ids=["bomb", "frames", "huge", "unstated", "understated", "window", "cut", "other"],
)
def test_no_more_is_unpacked_than_a_chunk_may_be(program: Path, packed: bytes, told: str) -> None:
    (found,) = answers(program, [asked(packed, 1000)])
    assert found.startswith(told)
