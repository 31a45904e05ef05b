"""Which repositories there are: an organisation's, asked by REST or by GraphQL, and those that are named.

Either way one listing tells of each repository whether it changed. GraphQL needs a token and brings the commit at the
head; REST needs none, and the moment of the last push stands in for it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed
from leap_kg.ingest.github import fields
from leap_kg.ingest.source import Listing, RecordUnusable, Ref
from leap_kg.ontology.identifiers import Refusal, github

JSON = "application/vnd.github+json"
ORGANISATION, REPOSITORY = "organisation/", "repository/"

_MOST_PAGES = 1000
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})", re.ASCII)
_QUERY = """query($login: String!, $after: String) {
  organization(login: $login) {
    databaseId login name description websiteUrl url createdAt
    repositories(first: 100, after: $after, privacy: PUBLIC, orderBy: {field: NAME, direction: ASC}) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { databaseId nameWithOwner isPrivate pushedAt updatedAt defaultBranchRef { target { oid } } }
    }
  }
}"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: `organisations` by login, `repositories` as `owner/name`; `api` without slash at the end."""

    organisations: tuple[str, ...]
    repositories: tuple[str, ...]
    api: str
    graphql: bool


def listed(asked: Asked, listing: Listing) -> Iterator[Ref]:
    """Each organisation and each repository once; sets `listing.expected` once all are known."""
    expected = 0
    seen: set[str] = set()
    for login in asked.organisations:
        pages = _by_graphql if asked.graphql else _by_rest
        for count, ref in pages(asked.api, login, listing.fetcher):
            expected += count
            if ref.key not in seen:
                seen.add(ref.key)
                yield ref
    for name in asked.repositories:
        ref = _named(asked.api, name, listing.fetcher)
        if ref.key not in seen:
            seen.add(ref.key)
            expected += 1
            yield ref
    listing.expected = expected


def _by_rest(api: str, login: str, fetcher: Fetcher) -> Iterator[tuple[int, Ref]]:
    """The organisation and its repositories, each with what it adds to the number that is expected."""
    body = fetcher.fetch(Ask(f"{api}/orgs/{login}", JSON))
    organisation = fields.mapping(body.data, body.url)
    public = organisation.get("public_repos")
    yield (public if isinstance(public, int) else 0) + 1, _organisation(organisation, body.url)
    page: str | None = f"{api}/orgs/{login}/repos?type=public&sort=full_name&per_page=100"
    for _ in range(_MOST_PAGES):
        if page is None:
            return
        body = fetcher.fetch(Ask(page, JSON))
        for item in fields.items(body.data, page):
            if item.get("private") is not True:
                yield 0, _repository(item, api, f"{item.get('pushed_at')} {item.get('updated_at')}", page)
        page = body.link("next")
    raise RecordUnusable(f"the repositories do not end after {_MOST_PAGES} pages; report it to GitHub", page or "")


def _by_graphql(api: str, login: str, fetcher: Fetcher) -> Iterator[tuple[int, Ref]]:
    """The same by GraphQL."""
    address, after = f"{api}/graphql", None
    for number in range(_MOST_PAGES):
        question = json.dumps({"query": _QUERY, "variables": {"login": login, "after": after}}, sort_keys=True)
        body = fetcher.fetch(Ask(address, JSON, question.encode()))
        found = _answer(body, login)
        page = found["repositories"]
        if number == 0:
            total = page.get("totalCount")
            names = {"id": "databaseId", "blog": "websiteUrl", "html_url": "url", "created_at": "createdAt"}
            said = {**found, **{name: found.get(key) for name, key in names.items()}}
            yield (total if isinstance(total, int) else 0) + 1, _organisation(said, address)
        for node in page["nodes"]:
            if isinstance(node, dict) and node.get("isPrivate") is not True:
                head = (node.get("defaultBranchRef") or {}).get("target") or {}
                said = {"id": node.get("databaseId"), "full_name": node.get("nameWithOwner")}
                yield 0, _repository(said, api, f"{head.get('oid')} {node.get('updatedAt')}", address)
        more = page["pageInfo"]
        if more.get("hasNextPage") is not True:
            return
        after = more.get("endCursor")
    raise RecordUnusable(f"the repositories do not end after {_MOST_PAGES} pages; report it to GitHub", address)


def _answer(body: Body, login: str) -> dict[str, Any]:
    """The organisation that GraphQL gives; raises `RecordUnusable` with its own words where it gives none."""
    answer = fields.mapping(body.data, body.url)
    found = answer.get("data", {}).get("organization") if isinstance(answer.get("data"), dict) else None
    page = found.get("repositories") if isinstance(found, dict) else None
    more = page.get("pageInfo") if isinstance(page, dict) else None
    if isinstance(found, dict) and isinstance(more, dict) and isinstance(found["repositories"].get("nodes"), list):
        return found
    errors = answer.get("errors")
    words = [fields.word(each.get("message")) for each in errors if isinstance(each, dict)] if errors else []
    said = "; ".join(words)[:300] or "no reason given"
    raise RecordUnusable(f"GitHub does not list {login}: {said}; check the login and the token", body.url)


def _organisation(said: dict[str, Any], url: str) -> Ref:
    number, login = fields.number_of(said), fields.word(said.get("login"))
    if not number or not _LOGIN.fullmatch(login):
        raise RecordUnusable("the answer names no organisation; check `organisations` in the sources file", url)
    part = fields.cut("organisation", url, said)
    return Ref(f"{ORGANISATION}{number}", url, version=part.sha256, found=(part,))


def _repository(said: dict[str, Any], api: str, version: str, url: str) -> Ref:
    number = fields.number_of(said)
    try:
        repository = fields.repository_of(said, url)
    except RecordUnusable as problem:
        return Ref(f"{REPOSITORY}{number or 'unknown'}", url, problem.reason)
    if not number:
        return Ref(repository.key, url, "the listing gives no number (id) for it; report it to GitHub")
    address = f"{api}/repos/{repository.display}"
    return Ref(f"{REPOSITORY}{number}", address, version=f"{repository.display} {version}")


def _named(api: str, name: str, fetcher: Fetcher) -> Ref:
    """A repository that the sources file names; it may have another name by now, which the redirect tells."""
    repository = github.parse_repository(name)
    if isinstance(repository, Refusal):
        return Ref(name, name, f"{repository.reason}; {repository.hint}")
    address = f"{api}/repos/{repository.display}"
    try:
        body = fetcher.fetch(Ask(address, JSON))
    except FetchFailed as failure:
        if failure.kind != "missing":
            raise
        return Ref(repository.key, address, f"{failure.reason}; or it was made private")
    said = fields.mapping(body.data, address)
    if said.get("private") is True:
        return Ref(repository.key, address, "the repository is private, and only public ones are taken: leave it out")
    found = _repository(said, api, f"{said.get('pushed_at')} {said.get('updated_at')}", address)
    return found if found.problem else Ref(found.key, address, version=f"{name} {found.version}")
