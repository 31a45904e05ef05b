"""Why a store could not be opened, and what to do: by the error, by what its host answers, by what harvesting found.

Hazard: this asks addresses that records name. It asks those that opening asked already, without credentials, and reads
a few bytes of what comes.
"""

from collections.abc import Iterator

import requests
from urllib3.exceptions import HTTPError

from leap_kg.client.errors import CannotOpen, printable
from leap_kg.client.sending import send
from leap_kg.client.stores import Plan

_SECONDS = 10
_BEGINNING = 64
_METADATA = ("zarr.json", ".zmetadata", ".zgroup")
_SINGLE_FILES = {
    b"\x89HDF": ("a NetCDF 4 (HDF5) file", "h5netcdf"),
    b"CDF": ("a NetCDF 3 file", "scipy"),
    b"GRIB": ("a GRIB file", ""),
    b"II*\x00": ("a TIFF file", ""),
    b"PK\x03\x04": ("a zip file", ""),
}
_PAGE = (b"<!doctype", b"<html")


def failure(plan: Plan, error: Exception) -> CannotOpen:
    """The error to raise in place of a library's."""
    statuses, beginning, unanswered = _looked(plan)
    # Libraries also say of a host that they do not reach that a file is not there.
    causes = [*_chain(error), *(_chain(unanswered) if unanswered is not None else ())]
    unheard = not statuses and any(_is_late(one) or _is_unreachable(one) for one in causes)
    found = set(statuses) | {status for one in _chain(error) if (status := _status(one))}
    told = f"; {plan.store.told}" if plan.store.told else ""
    name = f"the store {plan.store.name or plan.store.uri}"
    if (held := _held(beginning)) is not None and plan.way != "netcdf":
        what, engine = held
        fix = f"Open it with to_xarray(engine='{engine}')" if engine else "Open it with a library for that format"
        said = f", although its record says {plan.store.format or 'engine zarr'}"
        return CannotOpen(f"{name} is {what}{said}", f"{fix}, and tell the maintainers: the record is wrong.")
    if found & {401, 403} or any(isinstance(one, PermissionError) for one in _chain(error)):
        return CannotOpen(f"{name} is private: its host refuses to show it without credentials{told}", _sign_in(plan))
    absent = any(_is_absent(one) for one in _chain(error)) and (not unheard or found & {404, 410})
    if absent or (statuses and set(statuses) <= {404, 410}):
        if statuses and not set(statuses) <= {404, 410}:
            return CannotOpen(
                f"{name} has no metadata that can be read at {_place(plan)}{told}",
                "Name a group or another engine (to_xarray(group=..., engine=...)), or tell the maintainers.",
            )
        return CannotOpen(
            f"{name} is gone: there is nothing at {_place(plan)}{told}",
            "Look for another store (.stores, .versions), and tell the maintainers of the dataset.",
        )
    if any(_is_late(one) for one in causes):
        return CannotOpen(
            f"the host of {name} does not answer in time{told}", "Try again later, or from another network."
        )
    if any(_is_unreachable(one) for one in causes):
        return CannotOpen(
            f"the host of {name} cannot be reached at {_place(plan)}{told}",
            "Is there a network, and does it lead there? If so, tell the maintainers of the dataset.",
        )
    said = printable(f"{type(error).__name__}: {error}", 300)
    return CannotOpen(
        f"{name} cannot be read as {plan.way} ({said}){told}", "Try .snippet() step by step, or another store."
    )


def _looked(plan: Plan) -> tuple[list[int], bytes, Exception | None]:
    """What the web address answers: a status for each thing that was asked, and how the address itself begins.

    At the end why it does not answer, if it does not.
    """
    base = plan.url if plan.scheme in ("http", "https") else plan.store.web
    if not base.startswith(("http://", "https://")):
        return [], b"", None
    beginning, statuses = b"", list[int]()
    paths = ("", *(_METADATA if plan.way == "zarr" else ()))
    with requests.Session() as session:
        for path in paths:
            try:
                address = base.rstrip("/") + ("/" + path if path else "")
                request = requests.Request("GET", address, headers={"Range": f"bytes=0-{_BEGINNING - 1}"}).prepare()
                with send(session, request, _SECONDS, _SECONDS) as answer:
                    statuses.append(answer.status_code)
                    if not path and answer.ok:
                        beginning = answer.raw.read(_BEGINNING, decode_content=True)
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                return statuses, beginning, error
    return statuses, beginning, None


def _held(beginning: bytes) -> tuple[str, str] | None:
    """The format of a single file by its first bytes, with the engine that reads it."""
    if beginning.lstrip().lower().startswith(_PAGE):
        return None
    return next((held for start, held in _SINGLE_FILES.items() if beginning.startswith(start)), None)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those behind it."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _status(error: BaseException) -> int:
    """The HTTP status that an error of aiohttp, gcsfs or botocore carries."""
    for name in ("status", "code", "status_code"):
        value = getattr(error, name, None)
        if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()):
            return int(value)
    return 0


def _is_absent(error: BaseException) -> bool:
    return isinstance(error, FileNotFoundError) or type(error).__name__ in ("GroupNotFoundError", "NodeNotFoundError")


def _is_late(error: BaseException) -> bool:
    return isinstance(error, TimeoutError) or "Timeout" in type(error).__name__


def _is_unreachable(error: BaseException) -> bool:
    return isinstance(error, ConnectionError | requests.ConnectionError) or type(error).__name__ in (
        *("ClientConnectorError", "ClientConnectorDNSError", "ServerDisconnectedError", "EndpointConnectionError"),
    )


def _place(plan: Plan) -> str:
    return printable(plan.url, 200)


def _sign_in(plan: Plan) -> str:
    """How to show credentials to this host."""
    if plan.scheme == "gs":
        return (
            "Ask its maintainers for access, and run this where you are signed in, such as on the platform's hub: "
            "to_xarray(storage_options={'token': 'google_default'})."
        )
    if plan.scheme == "s3" or plan.store.uri.startswith("s3://"):
        return (
            "Ask its maintainers for access, and open the bucket with your keys: "
            "to_xarray(storage_options={'anon': False}), with s3fs."
        )
    return "Ask its maintainers for access, or look for a public store of the dataset (.stores)."
