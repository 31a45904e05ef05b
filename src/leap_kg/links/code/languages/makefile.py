"""Makefiles as shell scripts: variables and the lines of recipes, each on the line where it stands."""

import re

_NAME = re.compile(r"(?:GNUm|[Mm])akefile|[\w.-]{1,100}\.mk")
_ASSIGNED = re.compile(r"\s{0,20}(?:export\s+|override\s+)?(\w{1,100})\s*(?::{0,3}|\?)=\s*(.*)")
_VARIABLE = re.compile(r"\$[({]([A-Za-z_]\w{0,100})[)}]")
_AUTOMATIC = re.compile(r"\$[@<^*?+%|]")
_LONGEST = 2000


def reads(path: str) -> bool:
    """Whether the file is a makefile."""
    return bool(_NAME.fullmatch(path.rpartition("/")[2]))


def as_shell(text: str) -> str:
    """The script that the recipes are, one after another."""
    found: list[str] = []
    recipe = False
    for line in text.split("\n"):
        begun = bool(found) and found[-1].endswith("\\")
        if line.startswith("\t") or (begun and recipe):
            recipe = True
            found.append(_shell(line.lstrip("\t").lstrip("@-+") if not begun else line))
            continue
        recipe = False
        assigned = _ASSIGNED.match(line) if len(line) < _LONGEST else None
        value = _shell(assigned[2].strip()) if assigned else ""
        plain = assigned is not None and not re.search(r"[\"`\\]", value)
        found.append(f'{assigned[1]}="{value}"' if assigned and plain else line if line.startswith("#") else "")
    return "\n".join(found)


def _shell(line: str) -> str:
    parts = [_AUTOMATIC.sub("${_}", _VARIABLE.sub(r"${\1}", part)) for part in line.split("$$")]
    return "$".join(parts)
