"""GitHub repositories, files and logins.

GitHub ignores the case of owner and repository, so the IRI is lower case and the spelling that was read is
kept beside it. A ref that holds a slash cannot be told from the path after it, so the first part is
taken as the ref, unless the slash is escaped (`%2F`). A rename is not seen here: only the API tells.
"""

import re
from dataclasses import dataclass

from leap_kg.ontology.identifiers.github_address import HINT, Address, read
from leap_kg.ontology.identifiers.result import Refusal
from leap_kg.ontology.identifiers.text import clean, encoded, has_dot_segment, placeholder

_FILE_HINT = "give the address of the file's page on GitHub"
_LOGIN_HINT = "write the login as it stands in https://github.com/login"
# Users of a managed enterprise carry its short code after an underscore.
_LOGIN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:_[a-z0-9]+)?", re.IGNORECASE | re.ASCII)
_REPOSITORY = re.compile(r"[a-z0-9._-]{1,100}", re.IGNORECASE | re.ASCII)
# Together with host, owner and name this stays below what a GitHub address may have when it is read again.
_LONGEST_PATH = 1800
_LINE = re.compile(r"L([1-9][0-9]{0,7})(?![0-9])")
_NO_REF = re.compile(r"\s|//|^/|/$")
_GITHUB_PAGES = """about account admin api apps blog business codespaces collections contact copilot customer-stories
    dashboard discussions enterprise enterprises events explore features gist gists integrations issues join
    login logout marketplace mobile models new nonprofit notifications organizations orgs password_reset
    plans premium-support pricing pulls readme search security sessions settings signup site sitemap sponsors
    stars stories support team tos topics trending users watching wiki"""
_RESERVED = frozenset(_GITHUB_PAGES.split())

_WEB = "https://github.com"
_RAW = "https://raw.githubusercontent.com"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository, `owner` and `name` in the case they were written; compare by `key` or `iri`."""

    owner: str
    name: str

    @property
    def key(self) -> str:
        """`owner/name` in lower case: equal for all spellings of one repository."""
        return self.display.lower()

    @property
    def value(self) -> str:
        """The canonical short text: the `key`."""
        return self.key

    @property
    def display(self) -> str:
        """`owner/name` as it was written."""
        return f"{self.owner}/{self.name}"

    @property
    def iri(self) -> str:
        """`https://github.com/owner/name` in lower case."""
        return f"{_WEB}/{self.key}"


@dataclass(frozen=True, slots=True)
class File:
    """A file, or a `folder`, of a repository at a `ref` (branch, tag or commit); `path` is decoded, without
    outer slashes, and empty for the root folder; `line` counts from 1.
    """

    repository: Repository
    ref: str
    path: str
    line: int | None = None
    folder: bool = False

    @property
    def iri(self) -> str:
        """The IRI of the file at this ref, equal for all spellings of its repository; names no line."""
        return self._page(self.repository.iri)

    @property
    def blob_url(self) -> str:
        """The page that shows the file, or lists the folder, in the case it was written; leads to the line."""
        page = self._page(f"{_WEB}/{self.repository.display}")
        return page if self.line is None else f"{page}#L{self.line}"

    @property
    def raw_url(self) -> str | None:
        """The address of the file's bytes, in the case it was written; None for a folder."""
        return None if self.folder else f"{_RAW}/{self.repository.display}/{self._place}"

    @property
    def _place(self) -> str:
        ref = encoded(self.ref).replace("/", "%2F")
        return f"{ref}/{encoded(self.path)}" if self.path else ref

    def _page(self, repository: str) -> str:
        return f"{repository}/{'tree' if self.folder else 'blob'}/{self._place}"


@dataclass(frozen=True, slots=True)
class Login:
    """The login of a user or an organisation, in lower case."""

    value: str

    @property
    def iri(self) -> str:
        """The profile, `https://github.com/login`."""
        return f"{_WEB}/{self.value}"


def parse_repository(text: str) -> Repository | Refusal:
    """The repository that `text` names: `owner/name`, any URL of it or of something in it, or its git address."""
    address = read(text)
    if isinstance(address, Refusal):
        return address
    return _repository(address)


def parse_file(text: str) -> File | Refusal:
    """The file or folder that a `blob`, `tree`, `raw`, `blame` or `edit` URL of GitHub names."""
    address = read(text)
    if isinstance(address, Refusal):
        return address
    repository = _repository(address)
    if isinstance(repository, Refusal):
        return repository
    view, *place = ["raw", *address.segments[2:]] if address.raw else address.segments[2:] or [""]
    if view not in {"blob", "tree", "raw", "blame", "edit"}:
        return Refusal("names a repository, not a file in it", _FILE_HINT)
    return _file(repository, place, folder=view == "tree", fragment=address.fragment)


def has_file(repository: Repository, *addresses: str) -> bool:
    """Whether one of the addresses is that of a file, or of a folder, in the repository."""
    files = (parse_file(address) for address in addresses)
    return any(isinstance(file, File) and file.repository.key == repository.key for file in files)


def parse_login(text: str) -> Login | Refusal:
    """The login that `text` names: bare, with `@` before it, or the URL of a profile."""
    cleaned = clean(text, "GitHub login")
    if isinstance(cleaned, Refusal):
        return cleaned
    login = cleaned.removeprefix("@")
    if not _LOGIN.fullmatch(login):
        address = read(cleaned)
        if isinstance(address, Refusal):
            return Refusal("not a GitHub login: those have letters, digits and single hyphens inside", _LOGIN_HINT)
        if len(address.segments) != 1 or address.raw:
            return Refusal("an address on GitHub that is no profile", _LOGIN_HINT)
        login = address.segments[0]
    if (fault := _login_fault(login)) is not None:
        return fault
    return Login(login.lower())


def _repository(address: Address) -> Repository | Refusal:
    if len(address.segments) < 2:
        return Refusal("names no repository: the owner or the name is missing", HINT)
    owner, name = address.segments[:2]
    if (unfilled := placeholder(owner + name)) is not None:
        return unfilled
    if (fault := _login_fault(owner)) is not None:
        return fault
    name = name.partition("@")[0]  # pip writes the ref there
    while name.lower().endswith(".git"):
        name = name[:-4]
    if not _REPOSITORY.fullmatch(name) or name in {".", ".."}:
        return Refusal("the repository's name has characters that GitHub does not allow", HINT)
    return Repository(owner, name)


def _login_fault(login: str) -> Refusal | None:
    if login.lower() in _RESERVED:
        return Refusal("a page of GitHub itself, not a user or organisation", _LOGIN_HINT)
    if len(login) > 39 or not _LOGIN.fullmatch(login):
        return Refusal("not a GitHub login: those have letters, digits and single hyphens inside", _LOGIN_HINT)
    return None


def _file(repository: Repository, place: list[str], *, folder: bool, fragment: str) -> File | Refusal:
    path = "/".join(filter(None, "/".join(place[1:]).split("/")))
    ref, path = _unqualified(place[0] if place else "", path)
    if not ref or not (folder or path):
        return Refusal("names no file: the branch or the path is missing", _FILE_HINT)
    if has_dot_segment(path) or has_dot_segment(ref):
        return Refusal("holds a `.` or `..` between slashes", _FILE_HINT)
    if _NO_REF.search(ref):
        return Refusal("the branch, tag or commit has characters that git does not allow", _FILE_HINT)
    if len(encoded(ref + path)) > _LONGEST_PATH:
        return Refusal("its path is too long", _FILE_HINT)
    line = None if folder else _LINE.match(fragment)
    return File(repository, ref, path, int(line[1]) if line else None, folder)


def _unqualified(ref: str, path: str) -> tuple[str, str]:
    """The ref without `refs/heads/` or `refs/tags/`, whether its slashes were escaped or not."""
    while True:
        if ref == "refs" and path.startswith(("heads/", "tags/")):
            ref, _, path = path.partition("/")[2].partition("/")
        elif ref.startswith(("refs/heads/", "refs/tags/")):
            ref = ref.split("/", 2)[2]
        else:
            return ref, path
