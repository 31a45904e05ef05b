"""The address of a server, and which redirects stay with it.

Hazard: a redirect may name anything. Only the server that was named counts, or its https where its http was named: none
leads to a file, to another host or to a cloud's metadata.
"""

from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from leap_kg.client.errors import BadAnswer, KgError, printable

_PORTS = {"http": 80, "https": 443}


def checked(url: str) -> str:
    """The address of a server without its last slash; raises `KgError` for anything that is none."""
    fix = "Give an address such as https://kg.example.org, or set LEAP_KG_URL."
    text = url.strip()
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise KgError(f"{text!r} is not the address of a server", fix) from None
    if parts.username or parts.password:
        raise KgError("the address holds a user name or a password, which would show in every message", fix)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() or c == "\\" for c in text):
        raise KgError(f"{text!r} is not the address of a server", fix)
    if parts.query or parts.fragment:
        raise KgError(f"{text!r} is the address of a page, not of a server", fix)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def within(server: str, here: str, place: str) -> str:
    """The address that a redirect at `here` to `place` leads to; raises `BadAnswer` unless it is of the same server."""
    target = ""
    try:
        target = urljoin(here, place)
        old, new = urlsplit(here), urlsplit(target)
        same = _origin(old) == _origin(new) or _is_upgrade(old, new)
    except ValueError:
        same = False
    if not same:
        raise BadAnswer(
            f"{server} redirects to {printable(target or place, 120)}, which is another place",
            "If the graph has moved there, give that address to Client().",
        )
    return target


def _is_upgrade(old: SplitResult, new: SplitResult) -> bool:
    return (old.scheme, new.scheme) == ("http", "https") and old.hostname == new.hostname and new.port in (None, 443)


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
