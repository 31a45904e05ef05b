"""A reference as a line of text, for people."""

from leap_kg.outputs.kind import Kind
from leap_kg.outputs.output import Output

_MOST = 10


def in_words(output: Output) -> str:
    """The reference as the output's own record has it, with its address, else put together; no line breaks."""
    stated = _line(output.reference)
    if not stated:
        return _composed(output)
    told = any(place.lower() in stated.lower() for place in (output.doi, output.href) if place)
    return stated if told else f"{stated} {output.href}".strip()


def _composed(output: Output) -> str:
    named = [maker.name for maker in output.makers[:_MOST]]
    names = ("; " if any("," in name for name in named) else ", ").join(named)
    who = f"{names} et al." if len(output.makers) > _MOST else names
    year = f"({output.year})" if output.year else ""
    version = f" (version {output.version})" if output.version else ""
    what = f"{output.title}{version}{' [data set]' if output.kind is Kind.DATASET else ''}"
    number = f" {output.volume}" if output.volume else ""
    issue = f"({output.issue})" if output.issue else ""
    place = (
        f"{output.container}{number}{issue}{f', {output.pages}' if output.pages else ''}" if output.container else ""
    )
    house = output.publisher if output.publisher != who else ""
    said = (f"{who} {year}".strip() if who else "", what if who else f"{what} {year}".strip(), place or house)
    text = "".join(f"{sentence}{'' if sentence.endswith('.') else '.'} " for sentence in map(_line, said) if sentence)
    return f"{text}{output.href}".strip()


def _line(text: str) -> str:
    return " ".join(text.split())
