"""URLs fit to be shown and kept: without user names, passwords and secret parameters."""

import re
from urllib.parse import unquote

_HIDDEN = "REDACTED"
_USERINFO = re.compile(r"\A((?:[a-z][a-z0-9+.-]*:)?[/\\]{2,}|[a-z][a-z0-9+.-]*:[/\\]*)[^/?#]*@", re.I)
_SECRET_NAME = re.compile(
    r"token|secret|passw|pwd|signature|credential|api[-_.]?key|access[-_.]?key|auth(?!or)|session|jwt|\A(?:sig|key|pass|code)\Z",
    re.I,
)


def redact(url: str) -> str:
    """`url` fit for messages, logs and provenance: no user name, no password, no secret parameter.

    Total (any text is accepted) and idempotent. Control characters come out percent-encoded, so that
    the result never breaks a line. Parameters are hidden by name, in the query and in the fragment,
    and also inside a URL that is itself the value of a parameter.
    """
    return _redact(re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]", _percent, url), depth=3)


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def _redact(url: str, depth: int) -> str:
    pieces = re.split(r"([?&;#])", _USERINFO.sub(rf"\g<1>{_HIDDEN}@", url))
    return pieces[0] + "".join(_redact_parameter(piece, depth) for piece in pieces[1:])


def _redact_parameter(piece: str, depth: int) -> str:
    name, equals, value = piece.partition("=")
    hidden = value and (_SECRET_NAME.search(unquote(name)) or _holds_secret(value, depth))
    return f"{name}={_HIDDEN}" if hidden else name + equals + value


def _holds_secret(value: str, depth: int) -> bool:
    """Whether `value`, percent-decoded once or more, is a URL with a secret; wrapped too often, it counts as one."""
    for _ in range(depth):
        plain = unquote(value)
        if plain == value:
            return False
        if _redact(plain, depth - 1) != plain:
            return True
        value = plain
    return unquote(value) != value
