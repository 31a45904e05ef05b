"""The source itself: what is fetched of a repository, and the configuration."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from leap_kg.ingest.configuration import SourceConfig
from leap_kg.ingest.fetch import Ask, Body, Fetcher, FetchFailed
from leap_kg.ingest.github import fields
from leap_kg.ingest.github.files import LARGEST, LARGEST_MODULE, PLAIN, Blob, Chosen, blobs_of, choose
from leap_kg.ingest.github.issues import ISSUE, Requested, listed_issues, map_issue
from leap_kg.ingest.github.listing import JSON, ORGANISATION, Asked, listed
from leap_kg.ingest.github.mapping import map_organisation, map_repository
from leap_kg.ingest.github.names import Organisation, Repositories
from leap_kg.ingest.github.tree import EMPTY, FILE, LARGE
from leap_kg.ingest.source import Listing, Mapped, Part, RawRecord, RecordUnusable, Ref, Source
from leap_kg.ontology.identifiers import Refusal, Repository, github

# Nothing there; an empty repository; taken down by law.
_EMPTY = 409
_NONE = frozenset({204, 404, _EMPTY, 410, 451})
_COMMIT = re.compile(rb"[0-9a-f]{40}")
_MOST_PAGES = 10


class Github(Source):
    """Organisations, repositories and issues that ask for data, by GitHub's API.

    Keys are `organisation/`, `repository/` and `issue/` with GitHub's number. `notebooks`, `python` and `code` are how
    many notebooks, Python files and files of R, Julia and shell of a repository are fetched whole.
    """

    def __init__(
        self,
        id: str,  # noqa: A002
        title: str,
        asked: Asked,
        notebooks: int,
        python: int,
        code: int,
        stale_after: timedelta,
        base: str,
        requests: Requested | None = None,
    ) -> None:
        self.id = id
        self.title = title
        self.origin = asked.api
        self.stale_after = stale_after
        self._asked = asked
        self._notebooks = notebooks
        self._python = python
        self._code = code
        self._base = base
        self._requests = requests

    def covers(self, repository: Repository) -> bool:
        """Whether this source takes the repository, as far as its name tells."""
        asking = self._requests.repositories if self._requests else ()
        named = (github.parse_repository(name) for name in (*self._asked.repositories, *asking))
        keys = {each.key for each in named if not isinstance(each, Refusal)}
        owners = {login.lower() for login in self._asked.organisations}
        return repository.key in keys or repository.owner.lower() in owners

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """The organisations and their public repositories, those that the sources file names, then the issues."""
        yield from listed(self._asked, listing)
        issues = list(listed_issues(self._asked.api, self._requests, listing.fetcher)) if self._requests else []
        listing.expected = (listing.expected or 0) + len(issues)
        yield from issues

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """What GitHub says of a repository, and those of its files that describe it, all at one commit.

        Of what a listing brought whole, an organisation or an issue, that.
        """
        if ref.found:
            return RawRecord(ref.key, ref.found)
        body = fetcher.fetch(Ask(ref.url, JSON))
        said = fields.mapping(body.data, ref.url)
        repository = fields.repository_of(said, ref.url)
        if said.get("private") is True:
            raise RecordUnusable(
                "the repository was made private, and only public ones are taken: leave it out", ref.url
            )
        address = f"{self._asked.api}/repos/{repository.display}"
        parts = [fields.cut("repository", ref.url, said)]
        for role, path in (("release", "releases"), ("contributor", "contributors")):
            parts += _pages(role, f"{address}/{path}?per_page=100", fetcher)
        branch = fields.word(said.get("default_branch")) or "HEAD"
        head = _head(f"{address}/commits/{branch}", fetcher)
        if isinstance(head, Part):
            parts.append(head)
        elif head is not None and _COMMIT.fullmatch(head.data.strip()):
            commit = head.data.strip().decode()
            parts.append(Part.of("commit", head))
            tree = _optional(Ask(f"{address}/git/trees/{commit}?recursive=1", JSON), fetcher)
            if tree is not None:
                parts.append(Part.of("tree", tree))
                listing: Any = fields.mapping(tree.data, tree.url).get("tree")
                chosen = choose(blobs_of(listing if isinstance(listing, list) else []))
                parts += _files(repository, commit, self._read(chosen), fetcher)
        return RawRecord(ref.key, tuple(parts))

    def _read(self, chosen: Chosen) -> Iterable[str]:
        """The paths of the files that are fetched."""
        notebooks = chosen.notebooks[: self._notebooks]
        python = [blob for blob in chosen.python if blob.size <= LARGEST_MODULE][: self._python]
        code = [blob for blob in chosen.code if blob.size <= LARGEST_MODULE][: self._code]
        blobs: list[Blob] = [*chosen.described, *chosen.works, *chosen.environments, *notebooks, *python, *code]
        return [path for path in (chosen.readme, *(blob.path for blob in blobs if blob.size <= LARGEST)) if path]

    def map(self, record: RawRecord) -> Mapped:
        """The organisation, the repository or the request as triples."""
        if record.key.startswith(ISSUE):
            return map_issue(record, self._base)
        if record.key.startswith(ORGANISATION):
            return map_organisation(record, self._base)
        return map_repository(record, self._base)


class GithubFiles(Source):
    """Repositories by their files alone, for where the API may not be asked; a record's key is `owner/name`."""

    def __init__(
        self,
        id: str,  # noqa: A002
        title: str,
        repositories: tuple[str, ...],
        ref: str,
        stale_after: timedelta,
        base: str,
    ) -> None:
        self.id = id
        self.title = title
        self.origin = "https://github.com/"
        self.stale_after = stale_after
        self._repositories = repositories
        self._ref = ref
        self._base = base

    def covers(self, repository: Repository) -> bool:
        """Whether this source takes the repository."""
        return any(repository.key == ref.key for ref in self._refs())

    def enumerate(self, listing: Listing) -> Iterator[Ref]:
        """The repositories that the sources file names."""
        listing.expected = len({ref.key for ref in self._refs()})
        yield from {ref.key: ref for ref in self._refs()}.values()

    def _refs(self) -> Iterator[Ref]:
        for name in self._repositories:
            repository = github.parse_repository(name)
            if not isinstance(repository, Refusal):
                yield Ref(repository.key, f"https://github.com/{repository.display}")

    def fetch(self, ref: Ref, fetcher: Fetcher) -> RawRecord:
        """Those of the usual files that are there; raises `RecordUnusable` if none is."""
        repository = github.parse_repository(ref.url)
        if isinstance(repository, Refusal):
            raise RecordUnusable(repository.reason, ref.url)
        parts = _files(repository, self._ref, PLAIN, fetcher)
        if not parts:
            reason = f"none of {', '.join(PLAIN)} is there at {self._ref}: mend its name, or leave it out"
            raise RecordUnusable(reason, ref.url)
        return RawRecord(ref.key, tuple(parts))

    def map(self, record: RawRecord) -> Mapped:
        """The repository as triples."""
        return map_repository(record, self._base)


class GithubConfig(SourceConfig):
    """`organisations` by login, `repositories` as `owner/name`, `requests` whose issues ask for data.

    `via` is how they are asked: `rest`, `graphql` (which needs a token), or `files`, which asks no API and takes only
    `repositories`, at `ref`. `notebooks`, `python` and `code` are how many notebooks, Python files and files of R,
    Julia and shell of each repository are fetched, those nearest to its root; `api` is where the API is.
    """

    organisations: tuple[Organisation, ...] = ()
    repositories: Repositories = ()
    requests: Requested | None = None
    via: Literal["rest", "graphql", "files"] = "rest"
    ref: Annotated[str, Field(pattern=r"^[\w./-]{1,100}$")] = "HEAD"
    notebooks: Annotated[int, Field(ge=0, le=3000)] = 200
    python: Annotated[int, Field(ge=0, le=3000)] = 200
    code: Annotated[int, Field(ge=0, le=3000)] = 200
    api: Annotated[str, Field(pattern=r"^https?://")] = "https://api.github.com"

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.organisations or self.repositories or self.requests):
            raise ValueError("name organisations, repositories or both, or requests")
        if self.via == "files" and self.requests:
            raise ValueError("only an API lists issues: choose via: rest, or leave out requests")
        if self.via == "files" and self.organisations:
            raise ValueError("only an API lists what an organisation has: name the repositories, or choose via: rest")
        return self

    def source(self, folder: Path, base: str) -> Source:
        """The source."""
        if self.via == "files":
            return GithubFiles(self.id, self.title, self.repositories, self.ref, self.stale_after, base)
        asked = Asked(self.organisations, self.repositories, self.api.rstrip("/"), self.via == "graphql")
        counts = self.notebooks, self.python, self.code
        return Github(self.id, self.title, asked, *counts, self.stale_after, base, self.requests)


def _optional(ask: Ask, fetcher: Fetcher) -> Body | None:
    """The answer, `None` if there is none to be had; any other failure is raised."""
    try:
        return fetcher.fetch(ask)
    except FetchFailed as failure:
        if failure.status in _NONE:
            return None
        raise


def _head(address: str, fetcher: Fetcher) -> Body | Part | None:
    """The commit's number; a part that says so if the repository is empty, `None` if there is none to be had."""
    try:
        return fetcher.fetch(Ask(address, "application/vnd.github.sha"))
    except FetchFailed as failure:
        if failure.status == _EMPTY:
            return Part.cut(EMPTY, address, b"the repository has no commit")
        if failure.status in _NONE:
            return None
        raise


def _pages(role: str, address: str, fetcher: Fetcher) -> Iterator[Part]:
    """The pages of a list, each as a part; the first thousand items are enough for any of them."""
    page: str | None = address
    for _ in range(_MOST_PAGES):
        body = _optional(Ask(page, JSON), fetcher) if page else None
        if body is None:
            return
        yield fields.cut(role, body.url, fields.items(body.data, body.url))
        page = body.link("next")


def _files(repository: Repository, ref: str, paths: Iterable[str], fetcher: Fetcher) -> list[Part]:
    """The files that are there; of one that is too large, that it is. That part's URL is no file's: it holds none."""
    parts = []
    for path in paths:
        try:
            body = fetcher.fetch(github.File(repository, ref, path).blob_url)
        except FetchFailed as failure:
            if failure.kind == "too-large":
                home = f"https://github.com/{repository.display}"
                parts.append(Part.cut(f"{LARGE}{path}", home, failure.reason.encode()))
            elif failure.kind != "missing":
                raise
        else:
            parts.append(Part.of(f"{FILE}{path}", body))
    return parts
