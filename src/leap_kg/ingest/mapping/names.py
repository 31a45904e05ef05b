"""A person's name in its two parts, family and given, as far as a text tells them."""

import re

# Lower-case words that belong to the family name: van der Berg, de la Cruz.
_PARTICLE = re.compile(r"[a-zà-ÿ'’-]+")


def parts_of(name: str) -> tuple[str, str]:
    """Family and given name; of `Family, Given` as it says, else the last word with its particles is family."""
    family, comma, given = (part.strip() for part in name.partition(","))
    if comma and family and given:
        return family, given
    words = name.replace(",", " ").split()
    if not words:
        return "", ""
    start = len(words) - 1
    while start > 1 and _PARTICLE.fullmatch(words[start - 1]):
        start -= 1
    return " ".join(words[start:]), " ".join(words[:start])
