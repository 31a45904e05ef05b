"""What a Dockerfile builds on: the images of its FROM and COPY --from, with ARGs that have a default put in.

https://docs.docker.com/reference/dockerfile/ has the grammar; only what names images is read, and nothing is run.
"""

import re
from dataclasses import dataclass, field

from leap_kg.ingest.images.packagelist import lines
from leap_kg.ingest.images.reference import Image, parse_image

_FROM = re.compile(r"FROM\s+(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?\s*", re.IGNORECASE | re.ASCII)
_COPY = re.compile(r"COPY\s+(?:--\S+\s+)*?--from=(\S+)\s", re.IGNORECASE | re.ASCII)
_ARG = re.compile(r"ARG\s+(\w+)(?:=(\S*))?", re.IGNORECASE | re.ASCII)
_ESCAPE = re.compile(r"#\s*escape\s*=\s*(\S)", re.IGNORECASE)
_HOLE = re.compile(r"\$(?:\{(\w+)(?::?[-+]([^{}$]*))?\}|(\w+))", re.ASCII)
_MOST_STAGES = 200


@dataclass(slots=True)
class Dockerfile:
    """`base` is the image that the last stage comes from, `copied` images that files were taken from.

    `unresolved` are names with a variable that has no default: only whoever builds knows them. `lines` has the line
    on which the instruction begins that first names an image, by the image's title.
    """

    base: Image | None = None
    copied: list[Image] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict, compare=False)


def read_dockerfile(data: bytes, *, what: str) -> Dockerfile:
    """What the file says of images; raises `Unreadable` for what is no text."""
    arguments: dict[str, str] = {}
    stages: dict[str, Image | None] = {}
    found, number = Dockerfile(), 0
    for at, line in _instructions(data, what):
        if number == 0 and (argument := _ARG.match(line)):
            arguments[argument[1]] = (argument[2] or "").strip("\"'")
        elif (begun := _FROM.fullmatch(line)) and number < _MOST_STAGES:
            name = _filled(begun[1], arguments)
            found.base = stages[name.lower()] if name.lower() in stages else _image(name, at, found)
            stages[str(number)] = found.base
            if begun[2]:
                stages[begun[2].lower()] = found.base
            number += 1
        elif copied := _COPY.match(line):
            name = _filled(copied[1], arguments)
            image = None if name.lower() in stages else _image(name, at, found)
            if image is not None and image not in found.copied:
                found.copied.append(image)
    return found


def _image(name: str, line: int, found: Dockerfile) -> Image | None:
    """The image of that name; of one whose tag nobody can know here, the image as a whole."""
    image = None
    if "$" not in name:
        image = parse_image(name) if name.lower() != "scratch" else None
        if image is None and name.lower() != "scratch":
            found.unresolved.append(name[:200])
    else:
        found.unresolved.append(name[:200])
        known = name.partition("$")[0]
        image = parse_image(known[:-1]) if known.endswith((":", "@")) else None
    if image is not None:
        found.lines.setdefault(image.title, line)
    return image


def _filled(text: str, arguments: dict[str, str]) -> str:
    def value(hole: re.Match[str]) -> str:
        return arguments.get(hole[1] or hole[3]) or hole[2] or hole[0]

    return _HOLE.sub(value, text)


def _instructions(data: bytes, what: str) -> list[tuple[int, str]]:
    """Instructions with continued lines joined, and without comments, each with the line that it begins on."""
    found: list[tuple[int, str]] = []
    escape, held, start = "\\", "", 0
    for number, line in lines(data, what):
        if line.startswith("#"):
            if not found and number <= 2 and (directive := _ESCAPE.match(line)):
                escape = directive[1]
            continue
        start = start if held else number
        if line.endswith(escape):
            held += line[: -len(escape)] + " "
            continue
        found.append((start, (held + line).strip()))
        held = ""
    if held.strip():
        found.append((start, held.strip()))
    return found
