"""A list that is the same for everybody as data, while its page has forms for who is signed in."""

from collections.abc import Callable

from fastapi import Request, Response

from leap_kg.sparql.formats import Format
from leap_kg.web.answers import Resource, answer
from leap_kg.web.curation.cookies import private
from leap_kg.web.negotiation import HTML, LIST_FORMS


def list_form(suffix: str) -> Format | None:
    """The form of data that a suffix names; `None` for any other suffix, and for none."""
    return next((form for form in LIST_FORMS if form is not HTML and form.suffix == suffix), None)


def personal_list(
    request: Request, revision: int, path: str, make: Callable[[Format], bytes | str], form: Format | None, token: str
) -> Response:
    """The list at `path` of a revision, `token` being that of the forms of who is signed in, `""` for nobody."""
    query = request.scope["query_string"].decode("latin-1")
    address = f"{path}?{query}" if query else path
    # A browser that signs in must not take the page of before for that of now.
    response = answer(request, Resource(revision, address, address, LIST_FORMS, make, page_stamp=token[:12]), form)
    return private(response) if token else response
