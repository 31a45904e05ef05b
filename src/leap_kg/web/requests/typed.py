"""What somebody typed into the form that asks for data: checked, with a message for each field that is to be mended.

Hazard: what was typed is shown again, so that nobody loses it; it is text, and never more.
"""

from dataclasses import dataclass, field

from leap_kg.ingest.requests.wish import LONGEST_LINE, LONGEST_TITLE, MOST_EXAMPLES, Wish, addresses

LONGEST_WORDS = 4000
FORMATS = ("NetCDF", "HDF", "GRIB", "Zarr", "GeoTIFF / COG", "Parquet", "CSV", "Other")
PROTOCOLS = ("HTTP(S)", "FTP", "S3", "Other cloud storage", "OPeNDAP", "Globus", "Other")
ACCESSES = ("Everybody can read them", "A free account is needed", "A key or password is needed", "Not known")

_SHORTEST_WORDS = 20


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form: `kind` is line, text, or one of `choices`; `most` characters."""

    name: str
    label: str
    hint: str = ""
    kind: str = "line"
    required: bool = False
    choices: tuple[str, ...] = ()
    most: int = LONGEST_LINE
    example: str = ""


FIELDS = (
    Field("title", "Name of the dataset", "As its makers call it.", required=True, most=LONGEST_TITLE,
          example="NOAA OISST v2.1, daily"),
    Field("url", "Where it is", "The address of its official page or of its files, if there is one.",
          example="https://"),
    Field("description", "What it is", "A few sentences: what it holds, for which place and time, at which resolution.",
          "text", required=True, most=LONGEST_WORDS),
    Field("why", "What you need it for", "It helps to decide what is prepared first.", "text", most=LONGEST_WORDS),
    Field("size", "Size", "As far as you know, and over how many files it goes.", most=300,
          example="400 GB in files of 2 GB"),
    Field("licence", "Licence", "Its SPDX name or address, if you know it.", most=300, example="CC-BY-4.0"),
    Field("format", "Format of the files", kind="choice", choices=FORMATS),
    Field("protocol", "How they are had", kind="choice", choices=PROTOCOLS),
    Field("access", "Who can read them", kind="choice", choices=ACCESSES),
    Field("examples", "Addresses of some files", f"One a line, at most {MOST_EXAMPLES}.", "text", most=LONGEST_WORDS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, by field, and what is to be mended, by field; without mistakes, `wish` is what is asked for."""

    values: dict[str, str] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, sent: dict[str, str]) -> "Typed":
        """A form as it was sent."""
        values = {each.name: sent.get(each.name, "").replace("\r\n", "\n").strip() for each in FIELDS}
        found = {each.name: _mistake(each, values[each.name]) for each in FIELDS}
        return cls(values, {name: text for name, text in found.items() if text})

    @property
    def wish(self) -> Wish:
        """What is asked for."""
        said = self.values
        return Wish(
            title=said["title"],
            url=next(iter(addresses(said["url"])), ""),
            description=said["description"],
            why=said["why"],
            size=said["size"],
            licence=said["licence"],
            format=said["format"],
            protocol=said["protocol"],
            access=said["access"],
            examples=tuple(addresses(said["examples"])),
        )


def _mistake(asked: Field, text: str) -> str:
    """What is to be mended, `""` for nothing."""
    if not text:
        return "This is needed: please fill it in." if asked.required else ""
    if len(text) > asked.most:
        return f"This has {len(text):,} characters: shorten it to {asked.most:,}."
    if not all(letter.isprintable() or letter in "\n\t" for letter in text):
        return "This holds characters that cannot be shown: type it anew."
    if asked.kind != "text" and "\n" in text:
        return "This is one line: take out the line breaks."
    if asked.choices and text not in asked.choices:
        return "Choose one of the list, or leave it open."
    if asked.name == "title" and not any(letter.isalnum() for letter in text):
        return "Name it in words, so that others find it."
    if asked.name == "description" and len(text) < _SHORTEST_WORDS:
        return "Say a little more: what it holds, for which place and time."
    if asked.name == "url" and list(addresses(text)) != [text]:
        return "This is no address: begin with https://, ftp://, s3:// or gs://, and write no blanks."
    return _wrong_lines(text) if asked.name == "examples" else ""


def _wrong_lines(text: str) -> str:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) > MOST_EXAMPLES:
        return f"These are {len(lines)} lines: give {MOST_EXAMPLES} at most."
    for place, line in enumerate(lines, start=1):
        if list(addresses(line)) != [line]:
            return f"Line {place} is no address: begin with https://, ftp://, s3:// or gs://, and write no blanks."
    return ""
