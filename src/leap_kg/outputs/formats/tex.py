r"""BibTeX.

Hazard: titles and names come from anywhere, and TeX runs what it reads. Every character that means something to TeX is
escaped, so that an entry holds text and nothing else; addresses, where escapes would break them, are percent-encoded.
"""

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from leap_kg.ingest.mapping.names import parts_of
from leap_kg.ontology.iri import digest, slug
from leap_kg.outputs.kind import Kind
from leap_kg.outputs.output import Maker, Output

_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "&%$#_"},
    }
)
_CONTAINERS = {"article": "journal", "phdthesis": "school", "techreport": "institution", "misc": "howpublished"}

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SIGN = 6
# These must name a school or an institution, which registers call the publisher.
_HOUSES = ("phdthesis", "techreport")


def bibtex(outputs: Sequence[Output]) -> str:
    """An entry for each output; keys that would be the same get a letter."""
    keys = [_key(each) for each in outputs]
    many, seen = Counter(keys), Counter[str]()
    entries = []
    for output, key in zip(outputs, keys, strict=True):
        entries.append(_entry(output, f"{key}{_letters(seen[key])}" if many[key] > 1 else key))
        seen[key] += 1
    return "\n".join(entries)


def _entry(output: Output, key: str) -> str:
    kind = output.kind.names.bibtex
    fields = (
        ("author", " and ".join(map(_name, output.makers))),
        ("title", f"{{{_text(output.title)}}}"),
        (_CONTAINERS.get(kind, "booktitle"), _text(output.container or (output.publisher if kind in _HOUSES else ""))),
        ("year", _text(output.year)),
        ("month", _month(output)),
        ("date", _date(output)),
        ("volume", _text(output.volume)),
        ("number", _text(output.issue)),
        ("pages", _text(re.sub(r"(?<=\d)[-–](?=\d)", "--", output.pages))),
        ("publisher", _text(output.publisher)),
        ("version", _text(output.version)),
        ("note", _text(_note(output))),
        ("doi", _address(output.doi)),
        ("url", _address(output.href)),
    )
    # A month is one of the names that every style defines, and so stands without braces.
    said = ((name, value if name == "month" else f"{{{value}}}") for name, value in fields if value)
    lines = "".join(f"  {name} = {value},\n" for name, value in said)
    return f"@{kind}{{{key},\n{lines}}}\n"


def _note(output: Output) -> str:
    said = output.remark or ("Data set" if output.kind is Kind.DATASET else "")
    return ". ".join(part for part in (output.standing, said) if part)


def _month(output: Output) -> str:
    span = output.span
    return _MONTHS[span.first.month - 1] if span and len(output.issued) > 4 else ""


def _date(output: Output) -> str:
    """The day, which BibTeX has no field for; biblatex prefers it to year and month, which say the same."""
    span = output.span
    return span.first.isoformat() if span and span.first == span.last else ""


def _key(output: Output) -> str:
    """What the entry is cited by: family name, year and first long word of the title.

    Data of one maker often begin with one word and have no year. Their entries are taken one by one and put into one
    file by whoever cites them, so each has a sign of its own.
    """
    first = output.makers[0] if output.makers else Maker(output.publisher, body=True)
    family = first.name.split()[:1] if first.body else parts_of(first.name)[0].split()[-1:]
    named = {word.casefold() for word in re.findall(r"\w+", first.name)}
    words = [word for word in re.findall(r"\w+", output.title) if len(word) > 3 and word.casefold() not in named][:1]
    key = "".join(re.sub(r"[^a-z0-9]", "", slug(part)) for part in (*family, output.year, *words) if part) or "work"
    return f"{key}-{digest(output.iri)[:_SIGN]}" if output.kind is Kind.DATASET and output.iri else key


def _letters(number: int) -> str:
    """a, b, ..., z, ba, bb, ..."""
    more, last = divmod(number, 26)
    return (_letters(more) if more else "") + chr(ord("a") + last)


def _name(maker: Maker) -> str:
    text = _text(maker.name)
    # BibTeX takes the word `and` and a comma for marks between names and between their parts, which it finds itself.
    apart = maker.body or text.count(",") > 1 or re.search(r"\band\b", text, re.IGNORECASE)
    return f"{{{text}}}" if apart or text.strip(",") != text else text


def _text(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split()).translate(_ESCAPES)


def _address(text: str) -> str:
    return quote(text, safe="/-._~!$&'()*+,;=:@?#[]%<>")
