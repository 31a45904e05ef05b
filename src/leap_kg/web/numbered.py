"""Addresses that ask for a part of a long document by the number of what it begins with."""

from fastapi import Request, Response
from starlette.responses import PlainTextResponse

from leap_kg.web.answers import page
from leap_kg.web.negotiation import wants_page

_MOST_DIGITS = 9


class NotThere(ValueError):
    """The address asks for what it cannot have: `status` is 400 for what is no number, 404 for one beyond the last."""

    def __init__(self, status: int, title: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.title = title


def first_asked(request: Request, name: str, what: str) -> int:
    """The number, counted from 1, that a parameter of the address asks for; 1 without it.

    Raises `NotThere` for what is none; `what` says of what it is the number.
    """
    text = request.query_params.get(name, "1")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0
    if not number:
        title = f"No such {what.split(' ')[-1]}"
        raise NotThere(400, title, f"{name} is the number of {what}, 1 for the first one.")
    return number


def not_there(request: Request, error: NotThere) -> Response:
    """The answer that says so, to people and to programs."""
    if wants_page(request):
        return page(request, "message.html", None, error.status, title=error.title, text=str(error))
    return PlainTextResponse(f"{error}\n", error.status, headers={"Vary": "Accept"})
