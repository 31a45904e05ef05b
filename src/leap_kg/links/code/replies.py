"""Answers of web servers: data once code keeps them in a file, or hands them to what reads data.

Clients for anything on the web ask services and load pages as often as they fetch data, so an address that does not
look like data by itself counts by what becomes of the answer. What is parsed as JSON or a page is none.
"""

from typing import TYPE_CHECKING

from leap_kg.links.code import addresses
from leap_kg.links.code.values import NOTHING, LocalFile, Reply, Values, one
from leap_kg.links.signal import Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_BODY = {"content", "raw", "text", "body", "data"}
_READ = {"read", "iter_content", "iter_bytes", "iter_raw", "iter_lines", "aread", "aiter_bytes", "stream", "readlines"}
_KEEPING = {"write", "writelines", "write_bytes", "write_text"}
_PARSING = {
    ("zipfile", "ZipFile"), ("tarfile", "open"), ("gzip", "open"), ("gzip", "GzipFile"), ("gzip", "decompress"),
    ("bz2", "open"), ("bz2", "decompress"), ("lzma", "open"), ("lzma", "decompress"),
}  # fmt: skip
_TAKING = {("pickle", "loads"), ("pickle", "load"), ("numpy", "frombuffer"), ("torch", "load"), ("joblib", "load")}


def attribute(reply: Reply, name: str) -> Values:
    """`reply.content` and the like."""
    return one(reply) if name in _BODY else NOTHING


def method(reply: Reply, name: str) -> Values:
    """`reply.read()`, `reply.iter_content()`: its body; nothing for what is parsed."""
    return one(reply) if name in _READ else NOTHING


def kept(folder: "Folder", receiver: Values, name: str, given: list[Values]) -> None:
    """Note what `receiver.write(…)` keeps; surely data if its file is called so."""
    if name not in _KEEPING or not given:
        return
    for value, _ in given[0]:
        if isinstance(value, Reply):
            told = [each.path for each, _ in receiver if isinstance(each, LocalFile)]
            told += [text for each, _ in receiver if (text := getattr(each, "text", ""))]
            note(folder, value, sure=any(map(addresses.suffixed, told)))


def handed(folder: "Folder", top: str, last: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    """An archive or a stream that is opened within another value, which stands for it; `None` for other calls."""
    if (top, last) == ("shutil", "copyfileobj") and len(given) > 1:
        kept(folder, given[1], "write", given[:1])
        return NOTHING
    if (top, last) in _TAKING | _PARSING:
        values = named.get("fileobj", given[0] if given else NOTHING)
        replies = [value for value, _ in values if isinstance(value, Reply)]
        for reply in replies:
            note(folder, reply, sure=True)
        if replies or (top, last) in _PARSING:
            return values
    return None


def note(folder: "Folder", reply: Reply, *, sure: bool) -> None:
    """The answer is data."""
    folder.ledger.use(Role.READS, reply.address, reply.place, reply.via, sure=sure and folder.sure_of(reply.address))
