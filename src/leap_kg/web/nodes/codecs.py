"""How the chunks of an array are packed, in words, from its codecs as Zarr 2 or 3 writes them.

Hazard: the text comes from a store that anybody can write. What is no codec is left out, and names are cut.
"""

import json
from collections.abc import Mapping
from typing import Any

_LONGEST = 10_000
_LONGEST_NAME = 40
_MOST = 8
_DEEPEST = 3
_NAMES = {"zstd": "Zstandard", "blosc": "Blosc", "lz4": "LZ4", "bz2": "bzip2", "lzma": "LZMA"}
_SHUFFLES = {0: "", 1: "shuffle", 2: "bitshuffle", -1: "shuffle", "noshuffle": ""}


def packed(text: str) -> str:
    """`Blosc (lz4, level 5, shuffle)`; of shards what is in them too. `""` for what is no list of codecs."""
    try:
        stated = json.loads(text) if 0 < len(text) <= _LONGEST else None
    except (ValueError, RecursionError):
        return ""
    return _listed(stated, _DEEPEST) if isinstance(stated, list) else ""


def _listed(codecs: list[Any], deep: int) -> str:
    found = [words for codec in codecs if (words := _one(codec, deep))]
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return ", ".join(found[:_MOST]) + more if found else "not compressed"


def _one(codec: object, deep: int) -> str:
    """A codec with what it is set to, `""` if it changes nothing worth saying."""
    if isinstance(codec, str):
        codec = {"name": codec}
    if not isinstance(codec, dict):
        return ""
    name, settings = codec.get("name", codec.get("id")), codec.get("configuration", codec)
    if not isinstance(name, str) or not name.strip():
        return ""
    name, settings = name.removeprefix("numcodecs.").strip(), settings if isinstance(settings, dict) else {}
    if name == "bytes":
        return "big-endian" if settings.get("endian") == "big" else ""
    if name == "sharding_indexed":
        return _shards(settings, deep)
    words = ", ".join(_settings(settings))
    return f"{_NAMES.get(name, name[:_LONGEST_NAME])}{f' ({words})' if words else ''}"


def _settings(settings: Mapping[str, Any]) -> list[str]:
    found = []
    if isinstance(inner := settings.get("cname"), str):
        found.append(inner[:_LONGEST_NAME])
    level = settings.get("clevel", settings.get("level"))
    if isinstance(level, int) and not isinstance(level, bool) and abs(level) < 100:
        found.append(f"level {level}")
    shuffle = settings.get("shuffle")
    if isinstance(shuffle, int | str):
        found.append(_SHUFFLES.get(shuffle, str(shuffle)[:_LONGEST_NAME]))
    return [word for word in found if word]


def _shards(settings: Mapping[str, Any], deep: int) -> str:
    lengths, inner = settings.get("chunk_shape"), settings.get("codecs")
    good = isinstance(lengths, list) and all(isinstance(one, int) and 0 <= one < 10**18 for one in lengths)
    shape = f" of chunks {' × '.join(f'{one:,}' for one in lengths[:32])}" if good and lengths else ""
    within = _listed(inner, deep - 1) if isinstance(inner, list) and deep else ""
    return f"shards{shape}{f': {within}' if within else ''}"
