"""What an address on a command line means: whatever it is, git is given one that can be nothing else."""

import re
import subprocess
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leap_kg.ingest.recipes.origin import NoOrigin, check_ref, origin_of

NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.+~-]{0,20}", fullmatch=True)
HOSTS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z]{2,5}){1,2}", fullmatch=True)
REFS = st.sampled_from(["main", "v1.0", "lab/new", "0" * 40, "+x", "a@b", "ä"])
SAFE = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[1-9][0-9]*)?(?:/[\w.~+][\w.~+-]*)+", re.ASCII)


@pytest.mark.parametrize(
    ("text", "ref", "url", "at"),
    [
        ("https://github.com/Lab/One", "", "https://github.com/Lab/One", ""),
        ("HTTPS://www.GitHub.com/Lab/One.git/", "dev", "https://github.com/Lab/One", "dev"),
        ("https://github.com/Lab/One/tree/dev", "dev", "https://github.com/Lab/One", "dev"),
        ("https://github.com/Lab/One/tree/lab%2Fnew/feedstock", "", "https://github.com/Lab/One", "lab/new"),
        ("https://github.com/Lab/One/commit/" + "a" * 40, "", "https://github.com/Lab/One", "a" * 40),
        ("https://github.com/Lab/One@v1", "", "https://github.com/Lab/One", "v1"),
        ("Lab/One@v1", "", "https://github.com/Lab/One", "v1"),
        ("https://gitlab.com/group/part/one/-/tree/dev", "", "https://gitlab.com/group/part/one", "dev"),
        ("https://git.example.org:8443/~me/one.git", "", "https://git.example.org:8443/~me/one.git", ""),
        ("https://git.example.org.:443/one", "", "https://git.example.org/one", ""),
        ("http://[::1]:8080/one", "", "http://[::1]:8080/one", ""),
    ],
)
def test_addresses_of_many_forms_lead_to_a_repository(text: str, ref: str, url: str, at: str) -> None:
    origin = origin_of(text, ref)
    assert origin is not None
    assert (origin.url, origin.ref) == (url, at)
    assert (origin.repository is not None) is ("github.com" in url)


@pytest.mark.parametrize("text", ["lab/one", "./lab/one@v1", "one@v1", "-x", "--upload-pack=x", "/lab/one@v1", ""])
def test_all_else_is_a_path(text: str) -> None:
    assert origin_of(text) is None


def test_a_folder_of_ours_is_never_taken_for_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("lab", "c:/lab", "me@lab:one"):
        Path(name).mkdir(parents=True)
        assert origin_of("lab/one@v1" if name == "lab" else name) is None


@pytest.mark.parametrize(
    ("text", "ref", "told"),
    [
        ("ext::sh -c 'touch x'", "", "is not cloned: give its https address"),
        ("file:///etc", "", "is not cloned: give its https address"),
        ("ssh://git@github.com/lab/one", "", "is not cloned: give its https address"),
        ("git@github.com:lab/one", "", "is not cloned: give its https address"),
        ("git://github.com/lab/one", "", "is not cloned: give its https address"),
        ("https://me:TOPSECRET@github.com/lab/one", "", "https://REDACTED@github.com/lab/one has a user name"),
        ("https://git.example.org/one?token=TOPSECRET", "", "leave out what follows ? or #"),
        ("https://github.com/lab/one#readme", "", "leave out what follows ? or #"),
        ("https://github.com/lab/one/tree/lab/new", "", "the branch by --ref, as --ref lab/new"),
        ("https://github.com/lab/one/issues/7", "", "give https://github.com/lab/one, or"),
        ("https://github.com/lab/one/tree/dev", "main", "the address says dev, and --ref main: give one of them"),
        ("https://github.com/lab", "", "names no repository"),
        ("https://git.example.org/a/../b", "", "made of plain names"),
        ("https://git.example.org/--upload-pack=x", "", "made of plain names"),
        ("https://git.example.org/%2e%2e/b", "", "made of plain names"),
        ("https://git.example.org/one\nhttps://git.example.org/two", "", "has characters that none has"),
        ("https://git.example.org\\@other.example.org/one", "", "has characters that none has"),
        ("https://gít.example.org/one", "", "has characters that none has"),
        ("https://[::1%25eth0]/one", "", "names no host"),
        ("https://-x.example.org/one", "", "names no host"),
        ("https://git.example.org:0/one", "", "names no host"),
        ("https://git.example.org:99999/one", "", "write https://HOST/PATH"),
        ("https://" + "a" * 3000, "", "is too long"),
        ("https://github.com/lab/one", "--upload-pack=touch x", "is no name of a branch"),
        ("https://github.com/lab/one", "main:refs/heads/x", "is no name of a branch"),
    ],
)
def test_what_is_no_address_is_told_with_what_to_write(text: str, ref: str, told: str) -> None:
    with pytest.raises(NoOrigin) as raised:
        origin_of(text, ref)
    assert told in str(raised.value)
    assert "TOPSECRET" not in str(raised.value)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=60), st.text(max_size=60).map("https://".__add__)), st.text(max_size=30))
@example("https://github.com/lab/one/tree/%2D-x", "")
@example("https://git.example.org/one/-/tree/..", "")
@example("https://a@b@c/one", "")
def test_whatever_is_given_git_gets_a_plain_address_or_none(text: str, ref: str) -> None:
    told, origin = "", None
    try:
        origin = origin_of(text, ref)
    except NoOrigin as refusal:
        told = str(refusal)
    assert told.isprintable()
    if told:
        return
    if origin is None:
        assert "://" not in text
        return
    assert SAFE.fullmatch(origin.url)
    parts = urlsplit(origin.url)
    assert (parts.scheme, parts.hostname, parts.username) == (origin.scheme, origin.host, None)
    assert not origin.ref.startswith("-")
    # What was understood is understood so again.
    again = origin_of(origin.url, origin.ref)
    assert again == origin


@given(HOSTS, st.integers(1, 65535), st.lists(NAMES, min_size=1, max_size=4), REFS)
def test_what_is_an_address_is_taken_as_it_is(host: str, port: int, names: list[str], ref: str) -> None:
    url = f"https://{host}:{port}/{'/'.join(names)}"
    if any(name in (".", "..") for name in names):
        return
    origin = origin_of(url, ref)
    assert origin is not None
    assert (origin.host, origin.port, origin.path, origin.ref) == (host, port, f"/{'/'.join(names)}", ref)
    paged = origin_of(f"{url}/-/tree/{quote(ref, safe='')}")
    assert paged == origin


@settings(max_examples=60, deadline=None)
@given(st.text("ab/.@{~^:-+ä*[\\ \x7f", min_size=1, max_size=8), st.sampled_from(["", ".lock"]))
@example("a/", "b.lock/c")
@example("@", "")
@example("a.lock/b", "")
@example("é" * 120, "")
def test_a_ref_that_passes_is_one_that_git_takes(begun: str, ending: str) -> None:
    ref = begun + ending
    done = subprocess.run(["git", "check-ref-format", f"refs/heads/{ref}"], check=False)
    try:
        check_ref(ref)
    except NoOrigin:
        assert done.returncode or ref.startswith("-") or ref == "@"
    else:
        assert done.returncode == 0
