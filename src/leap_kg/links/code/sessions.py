"""Objects that are told bit by bit where data lie: sessions of FTP, clients of ERDDAP."""

import ast
from typing import TYPE_CHECKING

from leap_kg.links.code import noting
from leap_kg.links.code.values import NOTHING, Class, Instance, Values, as_text, joined, one, only
from leap_kg.links.signal import Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_FTP = Class("FTP", {})
_ERDDAP = Class("ERDDAP", {})
_TAKING = {"to_pandas", "to_xarray", "to_ncCF", "to_iris", "download_file"}


def made(top: str, last: str, given: list[Values], named: dict[str, Values]) -> Values | None:
    """The session that the call begins; `None` if it begins none."""
    first = given[0] if given else NOTHING
    if top == "ftplib" and last in {"FTP", "FTP_TLS"}:
        return one(Instance(_FTP, {"host": named.get("host", first), "folder": one("")}))
    if top == "erddapy" and last == "ERDDAP":
        protocol = named.get("protocol", given[1] if len(given) > 1 else NOTHING)
        return one(Instance(_ERDDAP, {**named, "server": named.get("server", first), "protocol": protocol}))
    return None


def method(folder: "Folder", session: Instance, name: str, node: ast.Call, given: list[Values]) -> Values | None:
    """`session.name(…)`; `None` for objects that are no session."""
    if session.of is _FTP:
        return _transferred(folder, session, name, node, given)
    if session.of is _ERDDAP:
        whole = joined(
            [_of(session, "server"), one("/"), _of(session, "protocol"), one("/"), _of(session, "dataset_id")]
        )
        if name == "get_download_url":
            return whole
        if name in _TAKING:
            # What is asked for depends on constraints: the table or grid is named, a part of it is read.
            noting.noted(folder, Role.READS, whole, node, None, f"erddapy.{name}", sure=False)
        return NOTHING
    return None


def _transferred(folder: "Folder", session: Instance, name: str, node: ast.Call, given: list[Values]) -> Values:
    said = given[0] if given else NOTHING
    if name == "connect":
        session.attributes["host"] = said
    elif name == "cwd":
        before = session.attributes["folder"]
        absolute = all(as_text(value).startswith("/") for value, _ in said)
        session.attributes["folder"] = said if absolute else joined([before, one("/"), said])
    elif name in {"retrbinary", "retrlines", "storbinary"}:
        command = as_text(only(said))
        verb, _, file = command.partition(" ")
        inside = "" if file.startswith("/") else as_text(only(session.attributes["folder"])).strip("/")
        path = "/".join(part for part in (inside, file.strip().lstrip("/")) if part)
        if verb in {"RETR", "STOR"}:
            role = Role.READS if verb == "RETR" else Role.WRITES
            whole = joined([one("ftp://"), session.attributes["host"], one(f"/{path}")])
            noting.noted(folder, role, whole, node, None, f"ftp.{name}")
    return NOTHING


def _of(session: Instance, name: str) -> Values:
    return tuple(each._replace(value=as_text(each.value).strip("/")) for each in session.attributes.get(name, NOTHING))
