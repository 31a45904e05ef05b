"""Deposits that a program downloads whole, by their DOI or number: Zenodo, Google Drive, Kaggle."""

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from leap_kg.links.code.values import NOTHING, Items, Values, only
from leap_kg.links.signal import Role

if TYPE_CHECKING:
    from leap_kg.links.code.folding import Folder

_DOI = re.compile(r"(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/[\w.()/:;-]{1,200})\Z", re.ASCII | re.IGNORECASE)
_RECORD = re.compile(r"(?:https?://zenodo\.org/records?/)?(\d{4,9})/?\Z", re.ASCII)
_DRIVE = re.compile(r"[\w-]{20,60}\Z", re.ASCII)
_KAGGLE = re.compile(r"[\w.-]{1,100}(?:/[\w.-]{1,100})?\Z", re.ASCII)
_VALUED = {"-o", "--output-dir", "-w", "-t", "--output", "-p", "--path", "-f", "--file", "-O", "-R", "-e"}


def address(text: str) -> str | None:
    """The address of what a DOI names, or a number at Zenodo."""
    if (doi := _DOI.match(text.strip())) is not None:
        return f"https://doi.org/{doi[1]}"
    record = _RECORD.match(text.strip())
    return f"https://zenodo.org/records/{record[1]}" if record is not None else None


def noted(folder: "Folder", told: list[Values], node: ast.Call, via: str) -> Values:
    """Note the deposits that a call downloads."""
    for values in told:
        for value, _ in values:
            inner = [only(each) for each in value.each[:20]] if isinstance(value, Items) else [value]
            for text in inner:
                found = address(text) if isinstance(text, str) else None
                if found is not None and folder.concerned(str(text)):
                    folder.ledger.use(Role.READS, found, folder.place(node), via, sure=folder.sure)
    return NOTHING


def fetched(tool: str, words: list[str]) -> list[str]:
    """The addresses of what a command line downloads; `words` come after its name."""
    plain = [word for before, word in pairwise(["", *words]) if not word.startswith("-") and before not in _VALUED]
    match tool:
        case "zenodo_get":
            return [found for word in plain if (found := address(word)) is not None]
        case "gdown":
            whole = [word for word in plain if word.startswith("https://drive.google.com/")]
            return whole + [f"https://drive.google.com/uc?id={word}" for word in plain if _DRIVE.match(word)]
        case "kaggle" if words[:2] == ["datasets", "download"]:
            return [
                f"https://www.kaggle.com/datasets/{word}" for word in plain[2:] if "/" in word and _KAGGLE.match(word)
            ]
        case "kaggle" if words[:2] == ["competitions", "download"]:
            return [f"https://www.kaggle.com/competitions/{word}" for word in plain[2:] if _KAGGLE.match(word)]
    return []
