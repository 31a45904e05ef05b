"""What must not be declared: passwords, keys and tokens. Whoever may read the graph would have them.

What is secret lies in a Secret of the cluster and is named here, never told. A mistake says where one stands and how to
name it instead, and never what it is.

Hazard: whatever else is said of a file that may hold one must not repeat it, such as what a schema finds wrong.
"""

import re
from collections.abc import Iterator
from typing import Any

from leap_kg.hub.declared.mistake import Mistake
from leap_kg.ingest.formats.yamltext import Path, Unreadable, read_yaml
from leap_kg.ingest.hubs.secrets import has_form, is_named, without_secrets
from leap_kg.redaction import hide

HELD = "holds a password, a key or a token, which everybody could read in the graph: take it out"
"""Said of the place where a secret stands."""
_MENDS = {
    "chart": "put user name and password into a Secret of the cluster and name that as `login` of the chart",
    "set": "put it as a variable into a Secret of the cluster, name that as `secret`, and the variable in `grants`",
    "files": "what is built into an image is read by all who run it, so use an address that needs no login",
    "text": "put it as a variable into the Secret that `secret` names, and name that in LEAP_KG_FETCH_TOKENS there",
    "to": "put the token as LEAP_KG_TOKEN into the Secret that `secret` names",
}
_OTHERWISE = "put it into a Secret of the cluster and name that as `secrets` of the release, or as `secret` of the rest"
_VARIABLE = re.compile(r"(?<!\w)env:[A-Z_][A-Z0-9_]*\b", re.ASCII)
"""Names the variable that has the secret, as in LEAP_KG_FETCH_TOKENS."""


def exposed(value: Any) -> Iterator[Mistake]:  # noqa: ANN401 - any value of YAML
    """Every secret that stands in a file of releases, with what it takes in, whatever else is wrong with it."""
    for at, text in _texts(value, ()):
        text = _without_references(text)
        lines = text.splitlines() if _is_whole(at) else [text]
        found = {number for number, line in enumerate(lines, 1) if holds_secret(line)}
        if _is_whole(at):
            found |= set(_named_inside(text))
        elif at[-2:-1] == ("set",) and is_named(str(at[-1]), text):
            found.add(1)
        for number in sorted(found):
            yield Mistake(at, f"{HELD}, and change it; {_mend(at)}", number if _is_whole(at) else 0)


def holds_secret(text: str) -> bool:
    """Whether a text looks like a secret, or has an address with one in it."""
    text = _without_references(text)
    return has_form(text) or hide(text) != text


def _without_references(text: str) -> str:
    """The text with `$NAME`, which is known to be no secret, for what says that a variable has it."""
    return _VARIABLE.sub("$NAME", text)


def _is_whole(at: Path) -> bool:
    """Whether a file stands there."""
    return at[-1:] == ("text",) or at[-2:-1] == ("files",)


def _texts(value: Any, at: Path) -> Iterator[tuple[Path, str]]:  # noqa: ANN401 - any value of YAML
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(inner, (*at, key))


def _named_inside(text: str) -> Iterator[int]:
    """The lines of a YAML text on which something stands under a name that is given to secrets."""
    try:
        document = read_yaml(text.encode(), what="")
    except (Unreadable, UnicodeEncodeError):
        return  # it is no YAML, or is refused for that
    if isinstance(document.value, dict | list):
        for path in without_secrets(document.value)[1]:
            yield document.lines.get(path, 1)


def _mend(at: Path) -> str:
    return next((mend for step in reversed(at) if (mend := _MENDS.get(str(step)))), _OTHERWISE)
