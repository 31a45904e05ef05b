"""Issue bodies as GitHub writes them from a form, and issues around them."""

from collections.abc import Iterable
from typing import Any

LEAP_URL = "https://github.com/lab/data-management/issues"


def body(answers: Iterable[tuple[str, str]], render: Iterable[str] = ()) -> str:
    """What GitHub makes of answers; those of `render` stand in a fence."""
    fenced = set(render)
    parts = []
    for heading, answer in answers:
        shown = f"```shell\n{answer}\n```" if answer and heading in fenced else answer
        parts.append(f"### {heading}\n\n{shown or '_No response_'}")
    return "\n\n".join(parts).replace("\n", "\r\n")


def issue(number: int, text: str, **more: Any) -> dict[str, Any]:
    """An issue as the API lists it."""
    return {
        "id": 1000 + number, "number": number, "title": f"[Request] Number {number}", "state": "open",
        "state_reason": None, "created_at": "2025-03-01T08:00:00Z", "closed_at": None,
        "html_url": f"{LEAP_URL}/{number}", "labels": [{"name": "data request"}], "body": text, "comments": 3,
        "user": {"login": "kim", "type": "User", "id": 5}, "reactions": {"+1": 7}, **more,
    }  # fmt: skip
