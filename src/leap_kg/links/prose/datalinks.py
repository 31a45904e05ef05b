"""Addresses of data in a text: what reading code takes for an address of data, and pages of data sets."""

import re

from leap_kg.links.code.addresses import looking
from leap_kg.links.signal import UNKNOWN

_DATASET = re.compile(r"https://(?:www\.)?huggingface\.co/datasets/[\w.-]{1,100}/[\w.-]{1,100}", re.ASCII)
_CATALOGUE = re.compile(
    r"https?://[\w.-]{3,200}/[^\s?#]{0,500}(?:catalog|kerchunk|intake)[^\s/?#]{0,100}\.(?:ya?ml|json)", re.IGNORECASE
)
_GAP = re.compile(r"<[A-Za-z][\w .-]{0,40}>|\$\([^()]{0,100}\)?")


def data_address(url: str) -> str:
    """The address with `UNKNOWN` for its gaps, if it is one of data whose bucket or host is known; else `""`."""
    found = looking(_GAP.sub(UNKNOWN, url))
    if found is not None:
        return found
    if page := _DATASET.match(url):
        return page[0]
    return url if _CATALOGUE.fullmatch(url) else ""
