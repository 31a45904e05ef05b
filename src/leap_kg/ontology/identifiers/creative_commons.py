"""Creative Commons licences from their names, short or long: which parts, which version.

Only a name with all its parts and its version is a licence. What is missing is said, never guessed:
`CC BY` may be any of five versions with different terms.
"""

import re
from collections.abc import Callable

from leap_kg.ontology.identifiers.result import Refusal

_PHRASES = {
    "creative commons": "cc",
    "public domain dedication": "",
    "non commercial": "nc",
    "no derivative works": "nd",
    "no derivatives": "nd",
    "no derivs": "nd",
    "share alike": "sa",
}
_WORDS = {
    "attribution": "by",
    "noncommercial": "nc",
    "noderivatives": "nd",
    "noderivs": "nd",
    "sharealike": "sa",
    "zero": "0",
}
_PARTS = {"by": "Attribution", "nc": "NonCommercial", "nd": "NoDerivatives", "sa": "ShareAlike"}
_REGIONS = {"international", "unported", "generic", "universal", "deed", "legalcode", "public"}
# The ports that SPDX lists; whether one exists for a version is asked of the list itself.
_PORTS = {"igo", "us", "uk", "de", "fr", "at", "au", "nl", "jp"}
_VERSION = re.compile(r"[1-9]\.[0-9]")
_SINGLE = {"1": "1.0", "3": "3.0", "4": "4.0"}
_HALF = "2"  # may be 2.0, 2.1 or 2.5
_URL = re.compile(
    r"creativecommons\.org/(?:licenses/(?P<parts>[a-z-]+)|publicdomain/(?P<public>zero|mark))"
    r"/(?P<version>[0-9.]+)(?:/(?P<port>[a-z]{2,3}))?(?:/(?:deed|legalcode)(?:\.[a-z_-]+)?)?"
)
_HINT = "write the SPDX identifier of the exact licence, such as CC-BY-4.0"


def from_words(key: str, exists: Callable[[str], bool]) -> str | Refusal | None:
    """The SPDX identifier that the words name; None where they do not speak of Creative Commons alone.

    `key` is the name in lower case with single spaces between words; `exists` tells whether SPDX
    lists an identifier.
    """
    words = _words(key)
    if "cc" not in words and not ("by" in words and "international" in words):
        return None
    parts = [word for word in words if word in _PARTS or word == "0"]
    versions = [version for word in words if (version := _version(word))]
    ports = [word for word in words if word in _PORTS]
    silent = [word for word in words if word in _REGIONS or word in {"cc", _HALF}]
    if len(parts) + len(versions) + len(ports) + len(silent) != len(words):
        return None
    if len(set(parts)) != len(parts) or len(versions) > 1 or len(ports) > 1 or words.count("cc") > 1:
        return Refusal("names more than one Creative Commons licence, or parts of two", _HINT)
    return _identifier(parts, versions[0] if versions else None, ports[0] if ports else None, exists)


def from_address(address: str, exists: Callable[[str], bool]) -> str | Refusal | None:
    """The SPDX identifier of a page of creativecommons.org, given as `host/path` in lower case without `www.`."""
    match = _URL.fullmatch(address)
    if not match:
        return None
    if match["public"] == "mark":
        return "CC-PDM-1.0"
    parts = ["0"] if match["public"] else match["parts"].split("-")
    return _identifier(parts, match["version"], match["port"], exists)


def title(identifier: str) -> str:
    """The name of a `CC-…` identifier in words."""
    if identifier == "CC0-1.0":
        return "Creative Commons Zero 1.0 Universal"
    parts = "-".join(_PARTS[part] for part in identifier.lower().split("-") if part in _PARTS)
    version, _, port = re.split("-(?=[0-9])", identifier)[1].partition("-")
    region = port or ("International" if version == "4.0" else "Unported" if version == "3.0" else "Generic")
    return f"Creative Commons {parts} {version} {region}"


def _words(key: str) -> list[str]:
    for phrase, short in _PHRASES.items():
        key = key.replace(phrase, short)
    key = re.sub(r"\bccby", "cc by ", key)
    key = re.sub(r"(?<=[a-z])(?=[0-9])", " ", key)
    return [_WORDS.get(word, word) for word in key.split()]


def _version(word: str) -> str | None:
    return word if _VERSION.fullmatch(word) else _SINGLE.get(word)


def _identifier(
    parts: list[str], version: str | None, port: str | None, exists: Callable[[str], bool]
) -> str | Refusal:
    if parts == ["0"]:
        return "CC0-1.0" if version in {None, "1.0"} else Refusal("CC0 has no version but 1.0", "write CC0-1.0")
    if not parts or not version:
        return _missing(parts, version)
    order = [part for part in ("by", "nc", "nd", "sa") if part in parts]
    identifier = "-".join(["CC", *order, version, *([port] if port else [])]).upper()
    if len(order) != len(parts) or not exists(identifier):
        return Refusal("Creative Commons never made a licence of these parts and this version", _HINT)
    return identifier


def _missing(parts: list[str], version: str | None) -> Refusal:
    if not parts and not version:
        return Refusal("Creative Commons, but neither which licence (BY, BY-SA, …) nor which version", _HINT)
    if not parts:
        return Refusal("a Creative Commons version, but not which licence: BY, BY-SA, BY-NC, … is missing", _HINT)
    return Refusal("a Creative Commons licence whose version is missing", _HINT)
