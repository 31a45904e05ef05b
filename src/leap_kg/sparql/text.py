"""The text of a query or an update as engines may take it: as written, and with its escapes decoded."""

from collections.abc import Callable
from typing import TypeVar

from leap_kg.sparql.measure import Forbidden, Refused
from leap_kg.sparql.tokens import LexicalError, decode_codepoints

Read = TypeVar("Read")


def guarded(text: str, what: str, most: int, read: Callable[[str], Read]) -> Read:
    """What `read` makes of the text, which must pass in both forms.

    Some engines decode \\uXXXX before they parse, some only inside strings and IRIs. Raises `Refused`: 413 above
    `most` bytes of UTF-8, 400 for what is no Unicode or a `LexicalError`, 403 for what is `Forbidden`.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Refused(400, f"{what} is not Unicode text") from None
    if size > most:
        raise Refused(413, f"{what} has {size} bytes, more than the {most} that are read here; shorten or split it")
    decoded = decode_codepoints(text)
    if decoded != text:
        try:
            _refusing(decoded, read)
        except Refused as error:
            raise Refused(error.status, f"with its \\u escapes decoded: {error.reason}") from None
    return _refusing(text, read)


def _refusing(text: str, read: Callable[[str], Read]) -> Read:
    try:
        return read(text)
    except LexicalError as error:
        raise Refused(400, error.within(text)) from None
    except Forbidden as error:
        raise Refused(403, error.within(text)) from None
