"""Sends one request, and leaves redirects, bodies and cookies alone.

Hazard: `requests.Session.send` reads the whole body of a redirect, however long it is, also where it is told not to
follow it; so the request goes to the session's adapter itself.
"""

from typing import Any

import requests


def send(
    session: requests.Session, request: requests.PreparedRequest, seconds: float, connect: float
) -> requests.Response:
    """The answer, of which only the head was read; to be closed by the caller."""
    url = request.url or ""
    settings: Any = session.merge_environment_settings(url, {}, True, None, None)
    return session.get_adapter(url).send(request, timeout=(min(connect, seconds), seconds), **settings)
