"""Issues that ask for data: which there are, and what each says as a request.

An issue is one record, named by GitHub's number for it. With `labels`, every issue that has one of them is a request,
whatever it looks like; without, those that a form made which asks for the name of a dataset or for CMIP6 instances.
What GitHub says of its state is what its keepers say of the request (`adms:status`): open is asked, closed as completed
is published, closed otherwise is declined, and labels such as "accepted" or "in progress" say so. Where the request
really is, other evidence decides as well, see `leap_kg.ingest.requests.standing`.

Hazard: anybody may open an issue. Bodies are cut, comments are not read, and pull requests are left out.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field
from pyoxigraph import NamedNode

from leap_kg.ingest.esm.requested import say_instance
from leap_kg.ingest.fetch import Ask, Fetcher, FetchFailed, NotMirrored
from leap_kg.ingest.formats.jsonvalue import canonical
from leap_kg.ingest.github import fields
from leap_kg.ingest.github.listing import JSON
from leap_kg.ingest.github.names import Repositories
from leap_kg.ingest.mapping import dates
from leap_kg.ingest.mapping.people import login_node
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ingest.requests.forms import LONGEST, sections
from leap_kg.ingest.requests.wish import Wish, bare_title, describe, wish_of
from leap_kg.ingest.source import Mapped, Part, RawRecord, RecordUnusable, Ref
from leap_kg.ontology.identifiers import Refusal, github
from leap_kg.ontology.iri import iri_text, mint
from leap_kg.ontology.namespaces import ADMS, DCT, FOAF, SCHEMA, XSD

ISSUE = "issue/"
_MOST_PAGES = 100
_MOST_LABELS = 30
_PART = "issue"
_PLACE = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+)/issues/(\d{1,9})", re.ASCII)
_LETTERS = re.compile(r"[^a-z]+")

_WORDS = {
    "accepted": ("accepted", "approved", "planned", "todo"),
    "in-progress": ("inprogress", "wip", "started", "underway", "doing", "ingesting"),
    "declined": ("declined", "rejected", "wontfix", "notplanned"),
}
_STATUS = {word: status for status, words in _WORDS.items() for word in words}
"""What labels say of a request, as letters in lower case."""


class Requested(BaseModel):
    """`repositories` whose issues ask for data; `labels`: only issues that have one of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repositories: Annotated[Repositories, Field(min_length=1, max_length=100)]
    labels: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=50)], ...], Field(max_length=20)] = ()


def listed_issues(api: str, requested: Requested, fetcher: Fetcher) -> Iterator[Ref]:
    """The issues that are requests, each once, the listing bringing all of them; raises as `Source.enumerate`."""
    seen: set[str] = set()
    for name in requested.repositories:
        repository = github.parse_repository(name)
        if isinstance(repository, Refusal):
            yield Ref(name, name, f"{repository.reason}; {repository.hint}")
            continue
        for label in requested.labels or ("",):
            narrowed = f"&labels={quote(label, safe='')}" if label else ""
            address = f"{api}/repos/{repository.display}/issues?state=all{narrowed}&per_page=100"
            for ref in _pages(address, fetcher, bool(label)):
                if ref.key not in seen:
                    seen.add(ref.key)
                    yield ref


def _pages(address: str, fetcher: Fetcher, labelled: bool) -> Iterator[Ref]:
    page: str | None = address
    for _ in range(_MOST_PAGES):
        if page is None:
            return
        try:
            body = fetcher.fetch(Ask(page, JSON))
        except FetchFailed as failure:
            gone = failure.kind == "missing" or failure.status == 410  # issues that are switched off are gone
            if not gone or isinstance(failure, NotMirrored):
                raise
            yield Ref(address, address, f"{failure.reason}; or it has no issues: leave it out of `requests`")
            return
        for said in fields.items(body.data, page):
            if "pull_request" not in said and (labelled or _asks(said)):
                yield _ref(said, page)
        page = body.link("next")
    raise RecordUnusable(f"the issues do not end after {_MOST_PAGES} pages; name `labels` under `requests`", address)


def _asks(said: Mapping[str, Any]) -> bool:
    """Whether a form made the issue that asks for data."""
    wish = wish_of(sections(fields.word(said.get("body"))))
    return bool(wish.title or wish.instances)


def _ref(said: dict[str, Any], url: str) -> Ref:
    number = fields.number_of(said)
    if not number:
        return Ref(f"{ISSUE}unknown", url, "the listing gives no number (id) for an issue; report it to GitHub")
    part = Part.cut(_PART, fields.word(said.get("html_url")) or url, canonical(_kept(said)).encode())
    return Ref(f"{ISSUE}{number}", part.url, version=part.sha256, found=(part,))


def _kept(said: Mapping[str, Any]) -> dict[str, Any]:
    """What of an issue is stored: neither reactions nor counters, which change by the hour."""
    user, listed = said.get("user"), said.get("labels")
    labels = [fields.word(each.get("name") if isinstance(each, dict) else each) for each in listed or ()]
    return {
        **{name: said.get(name) for name in ("id", "state", "state_reason", "created_at", "closed_at", "html_url")},
        "title": fields.word(said.get("title"))[:1000],
        "body": fields.word(said.get("body"))[:LONGEST],
        "labels": sorted(filter(None, labels))[:_MOST_LABELS],
        "user": {name: user.get(name) for name in ("login", "type")} if isinstance(user, dict) else {},
    }


def map_issue(record: RawRecord, base: str) -> Mapped:
    """The request that an issue is."""
    part = record.part(_PART)
    if part is None:
        raise RecordUnusable("the stored record is empty; harvest it again", record.key)
    said = json.loads(part.data)
    place = _PLACE.fullmatch(fields.word(said.get("html_url")))
    if place is None:
        raise RecordUnusable("the answer names no issue (html_url); report it to GitHub", part.url)
    body = said["body"]
    wish = wish_of(sections(body))
    if not wish.title:
        found = wish if wish.instances or wish.description or wish.more else Wish("", description=body)
        title = bare_title(said["title"]) or f"{place[1]} #{place[2]}"
        wish = replace(found, title=title)
    say = Statements()
    node = mint(base, "request", "github", place[1].lower(), place[2])
    describe(wish, node, say)
    say.text(node, DCT("identifier"), f"{place[1]}#{place[2]}")
    say.link(node, FOAF("page"), say.document(place[0], f"{place[1]}#{place[2]}"))
    say.link(node, DCT("creator"), _asker(said["user"], say, base))
    for predicate, name in ((DCT("issued"), "created_at"), (SCHEMA("validThrough"), "closed_at")):
        moment = dates.parse(said[name]) if isinstance(said[name], str) else None
        if moment is not None and moment.datatype == XSD("dateTime"):
            say.text(node, predicate, moment.text, moment.datatype)
    for label in said["labels"]:
        say.text(node, SCHEMA("keywords"), label[:100])
    say.link(node, ADMS("status"), mint(base, "request-status", _status(said)))
    for wanted in wish.instances:
        _say_part(node, wanted, said, say, base)
    return Mapped(record.key, node, say.triples(), [])


def _asker(user: Mapping[str, Any], say: Statements, base: str) -> NamedNode | None:
    """Who opened the issue, `None` for a bot and for an account that is gone.

    They have an account and no name here: other sources may know the name, and a login is none.
    """
    login = github.parse_login(fields.word(user.get("login")))
    if isinstance(login, Refusal) or user.get("type") != "User":
        return None
    who = login_node(login.value, base)
    say.link(who, FOAF("account"), f"https://github.com/{login.value}")
    return who


def _say_part(node: NamedNode, wanted: str, said: Mapping[str, Any], say: Statements, base: str) -> None:
    """A CMIP6 instance that the issue asks for: a request of its own, which lists may know as well."""
    instance = say_instance(wanted, say, base)
    say.link(node, DCT("hasPart"), instance)
    if said["state"] == "open":
        say.link(instance, SCHEMA("creativeWorkStatus"), mint(base, "state", "requested"))
    say.link(instance, FOAF("page"), iri_text(said["html_url"]))


def _status(said: Mapping[str, Any]) -> str:
    words = [_STATUS.get(_LETTERS.sub("", label.lower()), "") for label in said["labels"]]
    if "declined" in words:
        return "declined"
    if said["state"] == "closed":
        return "published" if said["state_reason"] in (None, "completed") else "declined"
    return "in-progress" if "in-progress" in words else "accepted" if "accepted" in words else "asked"
