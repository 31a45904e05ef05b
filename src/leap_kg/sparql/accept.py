"""Content negotiation: which of the offered media types an `Accept` header asks for (RFC 9110, section 12.5.1).

Hazard: the header is hostile text of any length. It is read in one pass; what cannot be read is left out, and a
header of which nothing can be read counts as absent.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_TCHARS = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_PARAMETER = re.compile(rf'[ \t]*+;[ \t]*+(?:({_TCHARS})[ \t]*+=[ \t]*+({_TCHARS}|"(?:[^"\\]++|\\.)*+"))?+', re.DOTALL)
_RANGE = re.compile(rf"[ \t]*+({_TCHARS})(?:/({_TCHARS}))?+((?:{_PARAMETER.pattern})*+)[ \t]*+(?:,|\Z)", re.DOTALL)
_SKIP = re.compile(r'(?:[^,"]++|"(?:[^"\\]++|\\.)*+"?+)*+(?:,|\Z)', re.DOTALL)
_QUALITY = re.compile(r"(?:0?\.[0-9]{1,3}|0\.?|1(?:\.0{0,3})?)\Z")


@dataclass(frozen=True, slots=True)
class _Media:
    """A media type, or a range of them: `*` stands for any type or subtype."""

    type: str
    subtype: str
    parameters: Mapping[str, str]

    def specificity(self, offer: "_Media") -> int:
        """How closely this range describes `offer`: 0 not at all, 1 by `*/*`, up to its very parameters.

        A parameter that the offer does not have at all (a profile, say) makes the match weaker than the plain
        type, but still stronger than `type/*`: clients send such ranges and can read the plain type.
        """
        if (self.type, self.subtype) == ("*", "*"):
            return 1
        if self.type != offer.type or self.subtype not in ("*", offer.subtype):
            return 0
        if any(offer.parameters.get(name, value) != value for name, value in self.parameters.items()):
            return 0
        if self.subtype == "*":
            return 2
        missing = self.parameters.keys() - offer.parameters.keys()
        return 3 if missing else 4 + len(self.parameters)


def best(accept: str | None, offered: Sequence[str]) -> str | None:
    """The offered media type that suits `accept` best, or `None` if none does.

    `offered` is in the server's order of preference; no or an empty header takes its first. The higher quality
    wins, then the range that names the type more closely, then the server's order.
    """
    ranges = list(_ranges(accept or ""))
    if not ranges:
        return offered[0] if offered else None
    ranked = [(*_rank(offer, ranges), -place, offer) for place, offer in enumerate(offered)]
    quality, _, _, winner = max(ranked, default=(0.0, 0, 0, None))
    return winner if quality > 0 else None


def _rank(offer: str, ranges: Sequence[tuple[_Media, float]]) -> tuple[float, int]:
    """Quality and specificity of the range that describes `offer` most closely."""
    media = _media(offer)
    specificity, quality = max((media_range.specificity(media), quality) for media_range, quality in ranges)
    return (quality, specificity) if specificity else (0.0, 0)


def _media(offer: str) -> _Media:
    found = _RANGE.fullmatch(offer)
    if found is None or found[2] is None:
        raise ValueError(f"{offer!r} is no media type")
    return _Media(found[1].lower(), found[2].lower(), dict(_parameters(found[3])))


def _ranges(accept: str) -> Iterator[tuple[_Media, float]]:
    """The media ranges of a header with their qualities."""
    offset = 0
    while offset < len(accept):
        found = _RANGE.match(accept, offset)
        if found is None:
            skipped = _SKIP.match(accept, offset)
            offset = skipped.end() if skipped else len(accept)
            continue
        offset = found.end()
        kind, subtype = found[1].lower(), (found[2] or "").lower()
        if not subtype and kind == "*":  # sent by Java's URLConnection
            subtype = "*"
        parameters = dict(_parameters(found[3]))
        weight = parameters.pop("q", "1")
        # UTF-8 is what we send; a range that insists on it asks for nothing else.
        if parameters.get("charset", "").lower() in ("utf-8", "utf8"):
            del parameters["charset"]
        if subtype and (kind != "*" or subtype == "*") and _QUALITY.match(weight):
            yield _Media(kind, subtype, parameters), float(weight)


def _parameters(text: str) -> Iterator[tuple[str, str]]:
    for name, value in _PARAMETER.findall(text):
        if name:
            yield name.lower(), _unquoted(value)


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1], flags=re.DOTALL) if value.startswith('"') else value
