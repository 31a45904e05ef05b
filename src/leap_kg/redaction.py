"""Addresses fit to be shown and kept: without user names, passwords and secret parameters.

`redact` takes a URL, `hide` any text that addresses may stand in.

Hazard: who reads a text need not read an address as its author meant it: a password may hold a slash, a quotation
mark that is escaped in JSON, or be percent-encoded within another address.
"""

import re
from urllib.parse import quote, unquote

HIDDEN = "REDACTED"
_USERINFO = re.compile(r"\A((?:[a-z][a-z0-9+.-]*:)?[/\\]{2,}|[a-z][a-z0-9+.-]*:[/\\]*)[^/?#]*@", re.I)
_SECRET_NAME = re.compile(
    r"token|secret|passw|pwd|signature|credential|api[-_.]?key|access[-_.]?key|auth(?!or)|session|jwt|\A(?:sig|key|pass|code)\Z",
    re.I,
)
# Names that other things than secrets have, too: pages are found by `?code=` and `?session=`.
_AMBIGUOUS = re.compile(r"\A(?:code|key|pass|session\w*|auth\w*)\Z", re.I)
_TELLING = re.compile(r"[\w%+/=~.-]{20,}", re.ASCII)
# User names that say how to ask, not who does: https://git-scm.com/docs/gitprotocol-v2 and Azure's containers.
_OPEN_USER = re.compile(r"(?:ssh|git|https?)://git\Z|(?:abfss?|wasbs?|az)://[\w$-]{1,64}\Z", re.I)
_PLACEHOLDER = re.compile(r"\$?\$?\{.*\}|\$\w+|%?\(.*\)s?|\[.*\]|<.*>|[.*x\u2026]+|REDACTED|\$\(.*\)", re.I)
_RUN = re.compile(r"[^\s\"<>`\\]+")
_ENCODED = re.compile("%(?:40|3[DdFf]|26)")
_KEPT = "/:?#[]@!$&'()*+,;=%-._~"
_PASSWORD = re.compile(rb"//[^\s/?#@:\[\"<>]+:[^/?#]")
_INSIDE = r"(?:[^\s\"<>`\\]|\\[^nrt\s])"
_LOGIN_IN_TEXT = re.compile(
    # Paths of storage lose the second slash.
    r"(?P<scheme>(?<=[a-z0-9+.-]):(?://|\\/\\/)|(?:(?<=https)|(?<=http)|(?<=s3)|(?<=gs)|(?<=ftp)):/(?!/))"
    # A password may hold / and the like, if what stands before is not the port of a host.
    rf"(?P<login>(?:(?![/?#]){_INSIDE})*|(?:(?![/?#:\[]){_INSIDE})*:(?!\d*[/?#])(?:(?!://){_INSIDE}){{0,300}}?)@",
    re.I,
)
# What messages quote may be cut in the middle of a password: then the port is none.
_LOGIN_CUT = re.compile(
    r"(?P<scheme>(?<=[a-z0-9+.-])://)(?P<login>[^\s/?#@:\[\"'<>`\\]+:(?!\d{0,5}(?!\w)|(?i:\w*port\w*)(?!\w)|/)"
    r"[^\s/?#@\"'<>`\\\u2026]+)(?=\Z|[\"'\u2026\\])"
)
_PARAMETER_IN_TEXT = re.compile(
    r"(?P<name>(?:[?&#]|&amp;|(?<=\w);)[\w.%\[\]-]{1,80})=(?P<value>(?:[^\s\"<>`\\&#;']|\\[^nrt\s])+)", re.I
)


def redact(url: str) -> str:
    """`url` fit for messages, logs and provenance: no user name, no password, no secret parameter.

    Total (any text is accepted) and idempotent. Control characters come out percent-encoded, so that
    the result never breaks a line. Parameters are hidden by name, in the query and in the fragment,
    and also inside a URL that is itself the value of a parameter.
    """
    return _redact(re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]", _percent, url), depth=3)


def hide(text: str) -> str:
    """`text` without the user names, passwords and secret parameters of the addresses that stand in it.

    Total and idempotent; a text in which nothing is secret is given back as it is. What only stands for a secret, such
    as `$TOKEN`, stays.
    """
    shown = _hide_plain(text)
    return _RUN.sub(_hide_encoded, shown) if "%" in shown and _ENCODED.search(shown) else shown


def may_hold_secrets(text: bytes) -> bool:
    """Whether `hide` may find anything in a text or in parts of it: a look of microseconds."""
    return b"@" in text or b"=" in text or b"%" in text or _PASSWORD.search(text) is not None


def _hide_plain(text: str) -> str:
    if "@" in text:
        text = _LOGIN_IN_TEXT.sub(_hide_login, text)
    if "://" in text:
        text = _LOGIN_CUT.sub(_hide_cut, text)
    return _PARAMETER_IN_TEXT.sub(_hide_parameter, text) if "=" in text else text


def _hide_encoded(found: re.Match[str]) -> str:
    """What is not an address before it is percent-decoded: names in IRIs are made of addresses, too."""
    plain = unquote(found[0]) if "%" in found[0] else found[0]
    shown = _hide_plain(plain)
    return found[0] if shown == plain else quote(shown, safe=_KEPT)


def _hide_login(found: re.Match[str]) -> str:
    user, _, password = found["login"].partition(":")
    before = found.string[max(0, found.start() - 8) : found.start()]
    if _OPEN_USER.search(f"{before}://{found['login'][:80]}") or _PLACEHOLDER.fullmatch(password or user):
        return found[0]
    return f"{found['scheme']}{HIDDEN}@"


def _hide_cut(found: re.Match[str]) -> str:
    if _PLACEHOLDER.fullmatch(found["login"].partition(":")[2]):
        return found[0]
    return f"{found['scheme']}{HIDDEN}@"


def _hide_parameter(found: re.Match[str]) -> str:
    name, value = unquote(found["name"].lstrip("?&#;").removeprefix("amp;")), found["value"]
    if _PLACEHOLDER.fullmatch(unquote(value)):
        return found[0]
    secret = bool(_SECRET_NAME.search(name)) and (not _AMBIGUOUS.search(name) or bool(_TELLING.fullmatch(value)))
    return f"{found['name']}={HIDDEN}" if secret or ("%" in value and _holds_secret(value, 3)) else found[0]


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def _redact(url: str, depth: int) -> str:
    pieces = re.split(r"([?&;#])", _USERINFO.sub(rf"\g<1>{HIDDEN}@", url))
    return pieces[0] + "".join(_redact_parameter(piece, depth) for piece in pieces[1:])


def _redact_parameter(piece: str, depth: int) -> str:
    name, equals, value = piece.partition("=")
    hidden = value and (_SECRET_NAME.search(unquote(name)) or _holds_secret(value, depth))
    return f"{name}={HIDDEN}" if hidden else name + equals + value


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
