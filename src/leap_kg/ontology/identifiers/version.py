"""Versions brought into an order that plain text comparison keeps, so that a query can ask for `zarr below 2.11`.

The key of a version is a text; of two versions the later one has the greater key, whatever their spelling. Numbers
are written with ten digits, zeros at the end of a release are dropped, and what follows the release is marked by a
character that sorts as it should: pre-release `+`, the release itself `,`, post-release `-`, a longer release `.`.

A version outside https://packaging.python.org/en/latest/specifications/version-specifiers/ has no key: `1.1.1q` and
`2025c` follow rules of their own, and a wrong order is worse than none.
"""

import re

from packaging.version import InvalidVersion, Version

_WIDTH = 10
_LONGEST = 100
# `2025c` and `9b` would read as pre-releases, but are how some projects number what they release.
_LETTERED = re.compile(r"\d(a|b|c)$", re.IGNORECASE | re.ASCII)
_PHASES = {"a": "1", "b": "2", "rc": "3"}


def order(text: str) -> str:
    """The key of the version, `""` if nothing is known of its place among others."""
    text = text.strip()
    if len(text) > _LONGEST or not text.isascii() or _LETTERED.search(text):
        return ""
    try:
        version = Version(text)
    except (InvalidVersion, ValueError):
        return ""
    numbers = [version.epoch, *version.release, *(version.pre[1:] if version.pre else ())]
    numbers += [number for number in (version.post, version.dev) if number is not None]
    if any(number >= 10**_WIDTH for number in numbers):
        return ""
    release = list(version.release)
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    # An epoch goes before every version without one, and `~` after every digit.
    epoch = f"~{_padded(version.epoch)}!" if version.epoch else ""
    return epoch + ".".join(map(_padded, release)) + _phase(version)


def _phase(version: Version) -> str:
    marks = ""
    if version.pre:
        marks += f"+{_PHASES[version.pre[0]]}{_padded(version.pre[1])}"
    if version.post is not None:
        marks += f"-{_padded(version.post)}"
    if version.dev is not None:
        # Before the release, and before each of its pre-releases; after a pre- or post-release, before that one.
        return f"{marks}!{_padded(version.dev)}" if marks else f"+0{_padded(version.dev)}"
    return f"{marks},"


def _padded(number: int) -> str:
    return f"{number:0{_WIDTH}d}"
