"""Clones a feedstock from an address: one commit, into a folder of the home.

Hazard: address and repository are a stranger's. Which machine the address leads to is judged as for everything that is
fetched, and git is held to the addresses that were judged. It speaks https only (http to this machine, where that is
allowed) and follows no redirect. No hook, filter, helper, password or submodule is of any account, links are written
as files, and how much there is to write is known before any of it is written.
"""

import fcntl
import ipaddress
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from leap_kg.graph.home import Home, unwritable
from leap_kg.ingest.http.address import AddressRefused
from leap_kg.ingest.http.guard import Guard
from leap_kg.ingest.recipes.git import Git, GitFailed, Limits, NoGit, Overrun, TooLarge
from leap_kg.ingest.recipes.origin import Origin
from leap_kg.ingest.recipes.staging import Busy
from leap_kg.ontology.iri import digest, slug
from leap_kg.redaction import hide

_FETCHED = "refs/remotes/origin/fetched"
_ATTRIBUTES = "* -filter -ident -text -eol -working-tree-encoding\n"
"""They come before those of the repository: files are written byte by byte and no program is asked, now or later."""
_READ = re.compile(rb"meta\.yaml|catalog\.yaml|feedstock|[^/]+\.py")
_LINK = b"120000"
_ENTRY = 400
"""Bytes that are allowed for an entry of the list of files."""
_SHOWN = 200
_BY_HAND = "clone it yourself and name its folder"
_MOVED = re.compile(r"requested URL returned error: 30\d|unable to update url base from redirection")
# What git says, what that means for whoever wrote the address, and whether it is that there is no such thing.
_MEANINGS = (
    (r"remote ref HEAD\b", "has no commit yet: check the address", True),
    (r"find remote ref|not our ref|unadvertised object", "has no branch, tag or commit {ref}: {hint}", True),
    (
        r"could not read (?:Username|Password)|Authentication failed|repository '.*' not found|error: 4(?:0[134]|10)",
        f"is no repository that everybody may read: check the address; one that only you may read, {_BY_HAND}",
        True,
    ),
    (_MOVED.pattern, "leads to another address: open it in a browser, and give the one that it has now", False),
    (r"not valid: is this a git repository|does not support shallow", "does not speak as git does: check it", False),
    (r"certificate", "has a certificate that is not accepted: ask its host to mend that", False),
    (r"Operation too slow|timed out", "sends nothing: try again later", False),
    (r"[Cc]onnect|resolve host|Empty reply", "cannot be reached: check the address, or try again later", False),
    (r"error: (?:429|5\d\d)", "does not answer now: try again later", False),
    (r"fsck|bad object|invalid path", f"is not as git makes repositories; if you trust it, {_BY_HAND}", False),
)  # fmt: skip


class NotCloned(Exception):
    """A feedstock that could not be cloned; the message is one line and says what to do.

    It is `missing` if there is no such repository, or nothing at that ref.
    """

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


@contextmanager
def cloned(
    home: Home,
    origin: Origin,
    allow_hosts: frozenset[str],
    tell: Callable[[str], object],
    limits: Limits = Limits(),  # noqa: B008 - it is frozen
) -> Iterator[Path]:
    """The folder of a checkout of what the origin has now, held while the context lasts.

    It takes the place of the one before, but only when it is whole. `allow_hosts` may lead to machines that are not
    public. Raises `NotCloned`, `Busy` if another run holds it, `HomeError`.
    """
    folder = home.path.absolute() / "recipes" / "checkouts" / f"{slug(origin.path)[:40]}-{digest(origin.url)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "lock").open("a", encoding="utf-8")
    except OSError as error:
        raise unwritable(folder, error) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"{origin.url} is being run or checked already: wait for that, or stop it") from None
        for left in folder.glob("new-*"):
            shutil.rmtree(left, ignore_errors=True)
        tell(f"cloning {origin.url}")
        try:
            with tempfile.TemporaryDirectory(prefix="new-", dir=folder, ignore_cleanup_errors=True) as work:
                commit = _clone(Path(work), origin, allow_hosts, limits)
                shutil.rmtree(folder / "checkout", ignore_errors=True)
                (Path(work) / "checkout").rename(folder / "checkout")
        except OSError as error:
            raise unwritable(folder, error) from None
        tell(f"commit {commit}")
        yield folder / "checkout"


def _clone(work: Path, origin: Origin, allow_hosts: frozenset[str], limits: Limits) -> str:
    """Clone into the folder `checkout` of this one; returns the commit."""
    try:
        settings, git = _settings(origin, allow_hosts), Git(work, limits)
        try:
            return _checked_out(git, work / "checkout", origin, settings, limits)
        except GitFailed as error:
            if origin.repository is not None or origin.path.endswith(".git") or not _MOVED.search(str(error)):
                raise
        # GitLab and others lead to the address with this ending.
        shutil.rmtree(work / "checkout")
        return _checked_out(git, work / "checkout", replace(origin, path=f"{origin.path}.git"), settings, limits)
    except NoGit as error:
        raise NotCloned(str(error)) from None
    except Overrun as error:
        raise NotCloned(f"{origin.url} {error}: {_BY_HAND}") from None
    except GitFailed as error:
        raise _meaning(str(error), origin) from None


def _settings(origin: Origin, allow_hosts: frozenset[str]) -> list[tuple[str, str]]:
    """What git is to know of the way to an origin; raises `NotCloned` if nobody may go there."""
    try:
        found = Guard(allow_hosts).addresses(origin.host, origin.port)
    except AddressRefused as refusal:
        raise NotCloned(f"{origin.url} {refusal}") from None
    except OSError:
        raise NotCloned(f"{origin.url} cannot be reached: check the address, or try again later") from None
    addresses = list(dict.fromkeys(str(address[0]) for _, address in found))
    if origin.scheme == "http" and not all(ipaddress.ip_address(each).is_loopback for each in addresses):
        raise NotCloned(f"{origin.url} is not safe on its way here: write https, http is taken for this machine only")
    settings = [(f"protocol.{origin.scheme}.allow", "always")]
    if ":" not in origin.host:  # a number needs no resolving
        settings.append(("http.curloptResolve", f"{origin.host}:{origin.port}:{','.join(addresses)}"))
    for variable, name in (("SSL_CERT_FILE", "http.sslCAInfo"), ("SSL_CERT_DIR", "http.sslCAPath")):
        if variable in os.environ:
            settings.append((name, os.environ[variable]))
    return settings


def _checked_out(git: Git, folder: Path, origin: Origin, settings: list[tuple[str, str]], limits: Limits) -> str:
    git.run("init", "--quiet", "--template=", "--initial-branch=none", "--", str(folder))
    info = folder / ".git" / "info"
    info.mkdir()
    (info / "attributes").write_text(_ATTRIBUTES, encoding="ascii")
    (info / "exclude").write_text("__pycache__/\n", encoding="ascii")  # a run may leave some; the commit is the same
    with (folder / ".git" / "config").open("a", encoding="ascii") as config:
        config.write(f'[core]\n\tsymlinks = false\n[remote "origin"]\n\turl = {origin.url}\n')
    here = ("-C", str(folder))
    options = ("--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
    git.run(*here, "fetch", *options, "--", origin.url, f"+{origin.ref or 'HEAD'}:{_FETCHED}", settings=settings)
    commit = git.run(*here, "rev-parse", "--verify", f"{_FETCHED}^{{commit}}").decode("ascii").strip()
    _look(git, here, commit, origin, limits)
    git.run(*here, "checkout", "--quiet", "--detach", commit)
    return commit


def _look(git: Git, here: tuple[str, ...], commit: str, origin: Origin, limits: Limits) -> None:
    """See how much a commit holds, and that what is read of it are files."""
    many = Overrun(f"has more than {limits.files} files")
    try:
        listed = git.run(*here, "ls-tree", "-r", "-z", "--long", "--full-tree", commit, most=limits.files * _ENTRY)
    except TooLarge:
        raise many from None
    entries = [entry.partition(b"\t") for entry in listed.split(b"\0")[:-1]]
    if len(entries) > limits.files:
        raise many
    lengths = (about.split()[3] for about, _, _ in entries)
    if sum(int(length) for length in lengths if length.isdigit()) > limits.size:
        raise TooLarge(f"is larger than {limits.size >> 20} MiB")
    inside = b"feedstock/" if any(path == b"feedstock/meta.yaml" for _, _, path in entries) else b""
    for about, _, path in entries:
        if about.startswith(_LINK) and path.startswith(inside) and _READ.fullmatch(path, len(inside)):
            name = ascii(path.decode("utf-8", "replace"))[1:-1]
            raise NotCloned(f"{origin.url}: {name} is a link, and links are not followed: put the file there itself")


def _meaning(said: str, origin: Origin) -> NotCloned:
    lines = [line for line in said.replace(origin.url, "it").splitlines() if not line.startswith("remote:")]
    text = "\n".join(lines)
    hint = "check --ref" if len(origin.ref) == 40 else "check --ref; a commit has 40 digits"
    for pattern, meaning, missing in _MEANINGS:
        if re.search(pattern, text):
            return NotCloned(f"{origin.url} {meaning.format(ref=origin.ref, hint=hint)}", missing=missing)
    last = next((line for line in reversed(lines) if line.strip()), "it says nothing")
    told = hide(ascii(last[:_SHOWN])[1:-1])
    return NotCloned(f"{origin.url} cannot be cloned ({told}): try again later, or {_BY_HAND}")
