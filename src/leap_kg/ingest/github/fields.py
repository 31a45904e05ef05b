"""What is kept of GitHub's answers: named fields only, because answers carry tokens, e-mail addresses and counters.

Counters (stars, watchers) change by the hour and would make every reading a change; they are left out.
"""

import json
from typing import Any

from leap_kg.ingest.formats.jsonvalue import read_value
from leap_kg.ingest.source import Part, RecordUnusable
from leap_kg.ontology.identifiers import Refusal, Repository, github

REPOSITORY = (
    "id", "full_name", "description", "homepage", "language", "topics", "archived", "disabled", "fork", "private",
    "default_branch", "created_at", "pushed_at", "updated_at", "html_url", "has_issues", "has_pages",
)  # fmt: skip
ORGANISATION = ("id", "login", "name", "description", "blog", "html_url", "public_repos", "created_at", "type")
RELEASE = ("tag_name", "name", "html_url", "draft", "prerelease", "published_at", "created_at", "body")
_BODY = 20_000


def kept(part: str, value: dict[str, Any]) -> dict[str, Any]:
    """The fields of an answer that are kept; `part` is `repository`, `organisation`, `release` or `contributor`."""
    match part:
        case "repository":
            owner, licence, parent = (_table(value.get(key)) for key in ("owner", "license", "parent"))
            return {
                **_only(value, REPOSITORY),
                "owner": _only(owner, ("id", "login", "type")),
                "license": _only(licence, ("spdx_id", "name", "key")) or None,
                "parent": _only(parent, ("id", "full_name")) or None,
            }
        case "organisation":
            return _only(value, ORGANISATION)
        case "release":
            assets = value.get("assets")
            listed = [_table(asset) for asset in assets] if isinstance(assets, list) else []
            found = _only(value, RELEASE)
            if isinstance(found.get("body"), str):
                found["body"] = found["body"][:_BODY]
            found["author"] = _only(_table(value.get("author")), ("login", "type"))
            found["assets"] = [_only(asset, ("name", "size", "browser_download_url")) for asset in listed[:100]]
            return found
        case _:
            return _only(value, ("id", "login", "type", "contributions"))


def cut(part: str, url: str, value: object) -> Part:
    """A part of a record that holds the kept fields of an answer, or of each item of a list."""
    clean: object
    if isinstance(value, list):
        clean = [kept(part, item) for item in value if isinstance(item, dict)]
    else:
        clean = kept(part, value) if isinstance(value, dict) else {}
    return Part.cut(part, url, json.dumps(clean, sort_keys=True, ensure_ascii=False).encode())


def mapping(data: bytes, url: str) -> dict[str, Any]:
    """The object that an answer is; raises `Unreadable`, or `RecordUnusable` if it is something else."""
    value = read_value(data, what=url).value
    if not isinstance(value, dict):
        raise RecordUnusable("the answer is no JSON object; check `api` in the sources file", url)
    return value


def items(data: bytes, url: str) -> list[dict[str, Any]]:
    """The objects of the list that an answer is; raises `Unreadable`, or `RecordUnusable` if it is something else."""
    value = read_value(data, what=url).value
    if not isinstance(value, list):
        raise RecordUnusable("the answer is no JSON list; check `api` in the sources file", url)
    return [item for item in value if isinstance(item, dict)]


def repository_of(value: dict[str, Any], url: str) -> Repository:
    """The repository that an answer is about; raises `RecordUnusable` if it names none."""
    name = value.get("full_name")
    found = github.parse_repository(name) if isinstance(name, str) else Refusal("", "")
    if isinstance(found, Refusal):
        raise RecordUnusable("the answer names no repository (full_name); report it to GitHub", url)
    return found


def number_of(value: dict[str, Any]) -> int:
    """The number by which GitHub knows a thing for ever, 0 if the answer has none."""
    number = value.get("id")
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else 0


def word(value: object) -> str:
    """A text of an answer, stripped; `""` for anything else."""
    return value.strip() if isinstance(value, str) else ""


def _only(value: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value[name] for name in names if name in value}


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
