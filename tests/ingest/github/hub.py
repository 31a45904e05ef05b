"""A GitHub in memory: repositories with their files, answered as the REST and GraphQL APIs and raw files are."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed

API = "https://api.github.com"
COMMIT = "c" * 40


@dataclass
class Made:
    """A repository: its number, its name, what the API says of it besides, and its files by path."""

    number: int
    name: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)
    releases: list[dict[str, Any]] = field(default_factory=list)
    contributors: list[dict[str, Any]] = field(default_factory=list)

    def answer(self) -> dict[str, Any]:
        owner = self.name.partition("/")[0]
        return {
            "id": self.number, "full_name": self.name, "private": False, "default_branch": "main",
            "owner": {"login": owner, "id": 7, "type": "Organization"}, "description": f"About {self.name}",
            "pushed_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
            "created_at": "2020-01-01T00:00:00Z",
            "license": {"spdx_id": "MIT"}, "topics": ["zarr"], "language": "Python", "temp_clone_token": "secret-token",
            "stargazers_count": 42, **self.said,
        }  # fmt: skip


class Hub(Fetcher):
    """Answers what GitHub would; a page has two items. `former` are names that lead to repositories of today."""

    def __init__(self, *repositories: Made, former: Mapping[str, str] | None = None) -> None:
        self.repositories = {made.name.lower(): made for made in repositories}
        self.former = former or {}
        self.asked: list[str] = []
        self.failing: dict[str, FetchFailed] = {}

    def fetch(self, ask: Ask | str) -> Body:
        asked = Ask.of(ask)
        url = asked.url
        self.asked.append(url)
        for part, failure in self.failing.items():
            if part in url:
                raise failure
        if url == f"{API}/graphql":
            return self._body(url, self._graphql(json.loads(asked.data or b"{}")))
        if found := re.fullmatch(rf"{API}/orgs/([\w-]+)", url):
            return self._body(url, self._organisation(found[1]))
        if found := re.fullmatch(rf"{API}/orgs/([\w-]+)/repos\?type=public&.*?per_page=100(?:&page=(\d+))?", url):
            return self._page(url, [made.answer() for made in self._of(found[1])], int(found[2] or 1))
        if found := re.fullmatch(rf"{API}/repos/([\w.-]+/[\w.-]+)(/.*)?", url):
            return self._repository(url, found[1].lower(), found[2] or "", asked.accept)
        if found := re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+)/blob/(?:\w+)/(.+)", url):
            files = self.repositories[found[1].lower()].files if found[1].lower() in self.repositories else {}
            if found[2] in files:
                return Body.of(url, url, files[found[2]], None)
        raise FetchFailed(url, "nothing is there", "missing", 404)

    def _repository(self, url: str, name: str, rest: str, accept: str) -> Body:
        now = self.former.get(name, name).lower()
        if now not in self.repositories:
            raise FetchFailed(url, "nothing is there", "missing", 404)
        made = self.repositories[now]
        if not rest:
            final = url if now == name else f"{API}/repositories/{made.number}"
            return Body.of(url, final, json.dumps(made.answer()).encode(), None, moved=now != name)
        if rest.startswith("/releases"):
            return self._page(url, made.releases, int(rest.partition("&page=")[2] or 1))
        if rest.startswith("/contributors"):
            if not made.contributors:
                raise FetchFailed(url, "answers HTTP 204", "status", 204)
            return self._page(url, made.contributors, int(rest.partition("&page=")[2] or 1))
        if not made.files:
            raise FetchFailed(url, "answers HTTP 409: the repository is empty", "status", 409)
        if rest == "/commits/main":
            assert accept == "application/vnd.github.sha"
            return Body.of(url, url, COMMIT.encode(), None)
        if rest == f"/git/trees/{COMMIT}?recursive=1":
            tree = [
                {
                    "path": path,
                    "type": "blob",
                    "sha": hashlib.sha1(data, usedforsecurity=False).hexdigest(),
                    "size": len(data),
                }
                for path, data in made.files.items()
            ]
            return self._body(
                url, {"sha": "t" * 40, "tree": [{"path": "src", "type": "tree"}, *tree], "truncated": False}
            )
        raise FetchFailed(url, "nothing is there", "missing", 404)

    def _graphql(self, question: dict[str, Any]) -> dict[str, Any]:
        login, after = question["variables"]["login"], question["variables"]["after"]
        owned = self._of(login)
        if not owned:
            return {"data": {"organization": None}, "errors": [{"message": f"Could not resolve {login}"}]}
        start = int(after or 0)
        nodes = [
            {"databaseId": made.number, "nameWithOwner": made.name, "isPrivate": False, "updatedAt": "2026",
             "pushedAt": "2026", "defaultBranchRef": {"target": {"oid": COMMIT}} if made.files else None}
            for made in owned[start : start + 2]
        ]  # fmt: skip
        more = {"hasNextPage": start + 2 < len(owned), "endCursor": str(start + 2)}
        found = {
            "databaseId": 7,
            "login": login,
            "name": "The Lab",
            "description": None,
            "websiteUrl": None,
            "url": "u",
        }
        page = {"totalCount": len(owned), "pageInfo": more, "nodes": nodes}
        return {"data": {"organization": {**found, "createdAt": "2020-01-01T00:00:00Z", "repositories": page}}}

    def _organisation(self, login: str) -> dict[str, Any]:
        return {
            "id": 7, "login": login, "name": "The Lab", "description": "We make things.", "blog": "lab.example.org",
            "public_repos": len(self._of(login)), "billing_email": "private@example.org", "type": "Organization",
        }  # fmt: skip

    def _of(self, login: str) -> list[Made]:
        return [made for name, made in sorted(self.repositories.items()) if name.startswith(f"{login.lower()}/")]

    def _page(self, url: str, items: list[dict[str, Any]], number: int) -> Body:
        start = 2 * (number - 1)
        following = f'<{url.partition("&page=")[0]}&page={number + 1}>; rel="next"' if start + 2 < len(items) else ""
        return self._body(url, items[start : start + 2], {"link": following} if following else None)

    def _body(self, url: str, value: object, headers: Mapping[str, str] | None = None) -> Body:
        return Body.of(url, url, json.dumps(value).encode(), "application/json", headers)
