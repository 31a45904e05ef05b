"""Where the API is."""

from fastapi import Request

from leap_kg.web.answers import origin

PREFIX = "/stac"


def place_of(request: Request) -> str:
    """The address of the API as the client knows it, without a slash at its end."""
    return f"{origin(request)}{PREFIX}"
