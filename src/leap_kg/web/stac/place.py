"""Where the API is."""

from fastapi import Request

from leap_kg.web.answers import server_of

PREFIX = "/stac"


def place_of(request: Request) -> str:
    """The address of the API as the client knows it, without a slash at its end."""
    return f"{server_of(request)}{PREFIX}"
