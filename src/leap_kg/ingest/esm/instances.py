"""CMIP6 instance ids: ten names with dots between them, and the patterns by which LEAP's lists ask for many at once.

`CMIP6.CMIP.NOAA-GFDL.GFDL-ESM4.historical.r1i1p1f1.Omon.tos.gn.v20190726`. In a pattern `*` stands for any part or
rest of one, `[a, b]` for each of the names; a part of a pattern never reaches over a dot.

Hazard: patterns become regular expressions that others run. Only those two signs mean anything; all else is literal.
"""

import re
from collections.abc import Mapping

FACETS = (
    "activity_id",
    "institution_id",
    "source_id",
    "experiment_id",
    "variant_label",
    "table_id",
    "variable_id",
    "grid_label",
)
LONGEST = 20_000

_PART = re.compile(r"[A-Za-z0-9_-]+")
_PARTS = len(FACETS) + 2
_CHOICE = re.compile(r"\[[^\[\]]*\]")
_SIGNS = re.compile(r"\[[^\[\]]*\]|\*+|[^\[\]*]+")
_YEAR = re.compile(r"(\d{4})(?:\.0+)?")
_DAY = re.compile(r"v?(\d{6,8})(?:\.0+)?")


def version(text: str) -> str:
    """A version as ESGF writes it: `v20190726`; the text itself if it is no day."""
    found = _DAY.fullmatch(text.strip())
    return f"v{found[1]}" if found else text.strip()


def sub_experiment(text: str) -> str:
    """A start year as ESGF writes it, `s1960`; `""` for none."""
    found = _YEAR.fullmatch(text.strip())
    return f"s{found[1]}" if found else "" if text.strip().lower() in ("", "none", "nan") else text.strip()


def instance_id(row: Mapping[str, str]) -> str:
    """The instance id of a row with ESGF's column names; `""` if one of its parts is missing."""
    member = row.get("variant_label", "")
    start = sub_experiment(row.get("sub_experiment_id", ""))
    parts = [row.get(facet, "") for facet in FACETS]
    parts[4] = f"{start}-{member}" if start and member and not member.startswith(start) else member
    parts.append(version(row.get("version", "")))
    return f"CMIP6.{'.'.join(parts)}" if all(_PART.fullmatch(part) for part in parts) else ""


def is_pattern(text: str) -> bool:
    """Whether the text stands for more than one instance."""
    return "*" in text or "[" in text


def parsed(text: str) -> str | None:
    """An instance id or pattern without blanks, `None` if it is neither."""
    plain = re.sub(r"\s+", "", text)
    if len(plain) > LONGEST or not plain.startswith("CMIP6."):
        return None
    bare = _CHOICE.sub("*", plain)
    parts = bare.split(".")
    good = all(re.fullmatch(r"[A-Za-z0-9_*-]+", part) for part in parts)
    inside = all(re.fullmatch(r"\[[A-Za-z0-9_,*-]+\]", choice) for choice in _CHOICE.findall(plain))
    return plain if good and inside and len(parts) == _PARTS else None


def named_facets(pattern: str) -> list[tuple[str, str]]:
    """The facets that an instance id or pattern names outright, each with its value; a wild part names none."""
    found = []
    for facet, part in zip(FACETS, _parts(pattern)[1:], strict=False):
        names = part.strip("[]").split(",")
        if not any("*" in name for name in names):
            # Of a member of a prediction, `s1960-r1i1p1f1`, two facets are made.
            found += [(facet, name.rpartition("-")[2] if facet == "variant_label" else name) for name in names if name]
    return list(dict.fromkeys(found))


def _parts(pattern: str) -> list[str]:
    """The ten parts; a dot never stands within brackets."""
    return pattern.split(".")


def expression(pattern: str) -> str:
    """The regular expression, in the dialect of XPath, that whole instance ids of the pattern match."""
    return "^" + "".join(map(_expressed, _SIGNS.findall(pattern))) + "$"


def _expressed(sign: str) -> str:
    if sign.startswith("*"):
        return "[^.]*"
    if sign.startswith("["):
        return "(" + "|".join(_literal(name).replace("\\*", "[^.]*") for name in sign[1:-1].split(",")) + ")"
    return _literal(sign)


def _literal(text: str) -> str:
    return "".join(f"\\{letter}" if letter in ".*-[](){}+?|^$\\" and letter != "-" else letter for letter in text)
