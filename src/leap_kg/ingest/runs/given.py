"""What a source was given: anything at all, and web pages where data were due.

A login, an error, a repository seen in a browser: whoever parses for itself fails on them with whatever its parser
raises, which says nothing of the cause.
"""

from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed, NotMirrored

_LOOKED_AT = 500
_BEGINNINGS = (b"<!doctype html", b"<html")


def is_page(data: bytes) -> bool:
    """Whether the bytes begin as a web page does."""
    return data[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_BEGINNINGS)


class Watched(Fetcher):
    """Passes questions on to `inner`; `page` is the address of the last body, if that is a web page.

    `answered` says whether any question had an answer, if only a refusal: a mirror may have nothing of them all.
    """

    def __init__(self, inner: Fetcher) -> None:
        self._inner = inner
        self.page = ""
        self.answered = False

    def fetch(self, ask: Ask | str) -> Body:
        """What `inner` gives; raises what it raises."""
        try:
            body = self._inner.fetch(ask)
        except NotMirrored:
            raise
        except FetchFailed:
            self.answered = True
            raise
        self.answered = True
        self.page = body.url if is_page(body.data) else ""
        return body
