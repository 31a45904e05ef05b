"""The mirror: URLs answered from files, hostile URLs kept inside, faulty mirror files explained."""

import os
import re
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.ingest.fetch import Body, FetchFailed, Limits
from leap_kg.ingest.http.address import MAX_URL
from leap_kg.ingest.mirror import MirrorFaulty, MirrorFetcher, Template, read_mirror

BLOB = "https://github.com/leap-stc/GODAS/blob/main/feedstock/meta.yaml"
RAW = "https://raw.githubusercontent.com/leap-stc/GODAS/main/feedstock/meta.yaml"
REAL = Path(__file__).parents[4] / "shared" / "data"


def mirror(folder: Path, text: str, limits: Limits | None = None) -> MirrorFetcher:
    path = folder / "mirror.yaml"
    path.write_text(text)
    return MirrorFetcher(read_mirror(path), limits or Limits())


def put(path: Path, data: bytes = b"found") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def failure(fetcher: MirrorFetcher, url: str) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        fetcher.fetch(url)
    return caught.value


@pytest.mark.parametrize("asked", [BLOB, RAW])
@pytest.mark.parametrize(
    "match",
    [
        r"https://github\.com/([^/]+)/([^/]+)/blob/[^/]+/(.+)",
        r"https://raw\.githubusercontent\.com/([^/]+)/([^/]+)/[^/]+/(.+)",
    ],
    ids=["blob rule", "raw rule"],
)
def test_a_rule_for_either_form_answers_both(tmp_path: Path, asked: str, match: str) -> None:
    put(tmp_path / "files" / "leap-stc__GODAS" / "feedstock" / "meta.yaml", b"title: GODAS\n")
    body = mirror(tmp_path, f"- match: {match}\n  file: files/\\1__\\2/\\3\n").fetch(asked)
    assert body.data == b"title: GODAS\n"
    assert body.url == asked
    assert body.media_type is None


def test_the_url_as_asked_goes_before_its_other_forms(tmp_path: Path) -> None:
    put(tmp_path / "raw.yaml", b"raw")
    put(tmp_path / "blob.yaml", b"blob")
    rules = "- {match: 'https://raw.*', file: raw.yaml}\n- {match: 'https://github.*', file: blob.yaml}\n"
    assert mirror(tmp_path, rules).fetch(BLOB).data == b"blob"
    assert mirror(tmp_path, rules).fetch(RAW).data == b"raw"


def test_a_rule_that_matches_without_a_file_ends_the_search_of_forms(tmp_path: Path) -> None:
    put(tmp_path / "raw.yaml", b"raw")
    rules = "- {match: 'https://raw.*', file: raw.yaml}\n- {match: 'https://github.*', file: absent.yaml}\n"
    assert failure(mirror(tmp_path, rules), BLOB).kind == "missing"


def test_of_rules_that_match_the_first_with_a_file_answers(tmp_path: Path) -> None:
    put(tmp_path / "b" / "x", b"second")
    put(tmp_path / "c" / "x", b"third")
    rules = "".join(f"- match: https://h/(.*)\n  file: {name}/\\1\n" for name in "abc")
    assert mirror(tmp_path, rules).fetch("https://h/x").data == b"second"


def test_a_pattern_has_to_match_the_whole_url(tmp_path: Path) -> None:
    put(tmp_path / "x")
    fetcher = mirror(tmp_path, "- match: https://h/x\n  file: x\n")
    assert fetcher.fetch("https://h/x").data == b"found"
    for url in ("https://h/xy", "ahttps://h/x", "https://h/x\n"):
        assert failure(fetcher, url).kind == "missing"


def test_no_rule_and_no_file_are_both_404_and_name_the_url(tmp_path: Path) -> None:
    fetcher = mirror(tmp_path, "- match: https://h/(.*)\n  file: files/\\1\n")
    (tmp_path / "files" / "folder").mkdir(parents=True)
    for url in ("https://other/x", "https://h/x", "https://h/folder", "https://h/" + "n" * 300, "https://h/\udc80"):
        found = failure(fetcher, url)
        assert (found.kind, found.status) == ("missing", 404)
    assert str(failure(fetcher, "https://h/x")).startswith("https://h/x: ")


def test_templates_are_relative_to_the_mirror_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "data" / "x")
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    put(tmp_path / "deep" / "mirror.yaml", b"- {match: 'https://h/(.*)', file: '../data/\\1'}\n")
    assert MirrorFetcher(read_mirror(Path("mirror.yaml")), Limits()).fetch("https://h/x").data == b"found"


def test_named_groups_the_whole_url_and_a_group_that_took_no_part(tmp_path: Path) -> None:
    put(tmp_path / "m" / "https:" / "h" / "a")
    put(tmp_path / "n" / "b")
    rules = (
        "- {match: 'https://h/a', file: 'm/\\g<0>'}\n- {match: 'https://h/(?P<name>b)(c)?', file: 'n/\\2\\g<name>'}\n"
    )
    assert mirror(tmp_path, rules).fetch("https://h/a").data == b"found"
    assert mirror(tmp_path, rules).fetch("https://h/b").data == b"found"


# --- hostile URLs ---


@pytest.mark.parametrize(
    "tail",
    [
        "../secret",
        "a/../../secret",
        "..",
        "..\\secret",
        "a\\b",
        "a\0b",
        "/etc/passwd",
        "//etc/passwd",
        "x/..%2f/../secret",
    ],
)
def test_groups_that_would_lead_out_are_refused(tmp_path: Path, tail: str) -> None:
    put(tmp_path / "secret")
    put(tmp_path / "files" / "x")
    found = failure(mirror(tmp_path, "- match: (?s)https://h/(.*)\n  file: files/\\1\n"), f"https://h/{tail}")
    assert found.kind == "refused"
    assert "\n" not in str(found)
    assert "\0" not in str(found)


def test_percent_encoded_dots_stay_letters(tmp_path: Path) -> None:
    put(tmp_path / "secret")
    put(tmp_path / "files" / "x")
    fetcher = mirror(tmp_path, "- match: https://h/(.*)\n  file: files/\\1\n")
    assert failure(fetcher, "https://h/%2e%2e/secret").kind == "missing"


def test_an_absolute_path_is_refused_for_a_template_without_a_folder(tmp_path: Path) -> None:
    secret = put(tmp_path / "outside" / "secret")
    (tmp_path / "in").mkdir()
    fetcher = mirror(tmp_path / "in", "- match: https://h(.*)\n  file: \\1\n")
    assert failure(fetcher, f"https://h{secret}").kind == "refused"


def test_a_template_without_a_folder_stays_in_the_folder_of_the_mirror(tmp_path: Path) -> None:
    put(tmp_path / "outside" / "secret")
    put(tmp_path / "in" / "x")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "outside")
    fetcher = mirror(tmp_path / "in", "- match: https://h/(.*)\n  file: \\1\n")
    assert fetcher.fetch("https://h/x").data == b"found"
    assert failure(fetcher, "https://h/link/secret").kind == "refused"


def test_links_out_of_the_folder_are_refused_and_links_within_are_followed(tmp_path: Path) -> None:
    put(tmp_path / "outside" / "secret")
    put(tmp_path / "files" / "x")
    (tmp_path / "files" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "files" / "within").symlink_to(tmp_path / "files" / "x")
    (tmp_path / "files" / "circle").symlink_to(tmp_path / "files" / "circle")
    fetcher = mirror(tmp_path, "- match: https://h/(.*)\n  file: files/\\1\n")
    assert fetcher.fetch("https://h/within").data == b"found"
    assert failure(fetcher, "https://h/out/secret").kind == "refused"
    assert failure(fetcher, "https://h/circle").kind == "missing"


def test_a_prefix_that_ends_within_a_name_does_not_reach_its_neighbours(tmp_path: Path) -> None:
    put(tmp_path / "data" / "leap-a" / "x")
    fetcher = mirror(tmp_path, "- match: https://h/(.*)\n  file: data/leap-\\1\n")
    assert fetcher.fetch("https://h/a/x").data == b"found"


@given(
    tail=st.text(max_size=60) | st.lists(st.sampled_from(["..", ".", "/", "\\", "x", "link", "%2e", "\0"])).map("".join)
)
@settings(deadline=None)
def test_no_url_reads_a_file_outside(tmp_path_factory: pytest.TempPathFactory, tail: str) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    put(folder / "x", b"outside")
    put(folder / "in" / "files" / "x", b"inside")
    (folder / "in" / "files" / "link").symlink_to(folder)
    fetcher = mirror(folder / "in", "- match: (?s)https://h/(.*)\n  file: files/\\1\n")
    try:
        found: Body | FetchFailed = fetcher.fetch("https://h/" + tail)
    except FetchFailed as refusal:
        found = refusal
    if isinstance(found, Body):
        assert found.data == b"inside"
    else:
        assert found.kind in ("missing", "refused")
        assert len(str(found).splitlines()) == 1


def test_a_fifo_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    os.mkfifo(tmp_path / "files" / "pipe")
    assert failure(mirror(tmp_path, "- match: https://h/(.*)\n  file: files/\\1\n"), "https://h/pipe").kind == "missing"


def test_the_size_limit_holds(tmp_path: Path) -> None:
    put(tmp_path / "x", b"1234567890")
    rules = "- match: https://h/x\n  file: x\n"
    assert mirror(tmp_path, rules, Limits(body_bytes=10)).fetch("https://h/x").data == b"1234567890"
    found = failure(mirror(tmp_path, rules, Limits(body_bytes=9)), "https://h/x")
    assert found.kind == "too-large"
    assert "9 bytes" in str(found)


def test_an_overlong_url_is_refused_before_any_pattern_sees_it(tmp_path: Path) -> None:
    fetcher = mirror(tmp_path, "- match: .*\n  file: x\n")
    found = failure(fetcher, "https://h/" + "a" * MAX_URL)
    assert found.kind == "refused"
    assert len(str(found)) < 1000


def test_secrets_do_not_show(tmp_path: Path) -> None:
    put(tmp_path / "x")
    fetcher = mirror(tmp_path, "- match: https://h/x.*\n  file: x\n")
    body = fetcher.fetch("https://h/x?token=s3cret")
    assert "s3cret" not in repr(body)
    assert "s3cret" not in str(failure(fetcher, "https://me:s3cret@h/y"))


def test_no_socket_is_ever_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "x")
    fetcher = mirror(tmp_path, "- match: https://h/x\n  file: x\n")

    def blocked(*_: object, **__: object) -> None:
        pytest.fail("the network was touched")

    monkeypatch.setattr(socket, "socket", blocked)
    monkeypatch.setattr(socket, "getaddrinfo", blocked)
    assert fetcher.fetch("https://h/x").data == b"found"
    assert failure(fetcher, "https://h/y").status == 404


# --- faulty mirror files ---


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("match: x\nfile: y\n", "is not a list"),
        ("", "is not a list"),
        ("- match: a\n  file: b\n- just text\n", "line 3: item 2: is not a pair"),
        ("- match: a\n", "line 1: item 1: needs a text under both"),
        ("- match: a\n  file: [b]\n", "item 1: needs a text under both"),
        ("- match: a\n  file:\n", "item 1: needs a text under both"),
        ("- match: a\n  file: ''\n", "item 1: needs a text under both"),
        ("- match: a\n  file: b\n  flie: c\n", "item 1: has the key 'flie'"),
        ("- match: a\n  file: b\n  file: c\n", "line 3: item 1: the key 'file' stands twice"),
        ("- match: a\n  file: b\n- match: (\n  file: b\n", "line 3: item 2: `match` is not a regular expression"),
        ("- match: a{99999999999999999999}\n  file: b\n", "item 1: "),
        ("- match: (a)\n  file: \\2\n", "item 1: `file` uses the group '2'"),
        ("- match: (a)\n  file: \\g<nope>\n", "item 1: `file` uses the group 'nope'"),
        ("- match: (a)\n  file: \\g<" + "9" * 5000 + ">\n", "item 1: `file` uses the group"),
        ("- match: (a)\n  file: a\\nb\n", "item 1: `file` has a backslash"),
        ("- match: (a)\n  file: a\\\n", "item 1: `file` has a backslash"),
        ("- [\n", "is not YAML"),
    ],
)
def test_a_faulty_mirror_file_is_explained(tmp_path: Path, text: str, wanted: str) -> None:
    with pytest.raises(MirrorFaulty) as caught:
        mirror(tmp_path, text)
    assert wanted in str(caught.value)
    assert str(tmp_path / "mirror.yaml") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mirror_file_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(MirrorFaulty, match=r"nowhere\.yaml cannot be read"):
        read_mirror(tmp_path / "nowhere.yaml")


def test_an_empty_list_is_a_mirror_without_files(tmp_path: Path) -> None:
    assert failure(mirror(tmp_path, "[]"), "https://h/x").kind == "missing"


PIECES = st.lists(st.sampled_from([r"\1", r"\2", r"\g<1>", r"\g<n>", r"\g<0>", r"\\", "a", "-", "x0", "g<1>"])).map(
    "".join
)


@given(template=PIECES)
@settings(deadline=None)
def test_templates_expand_as_python_expands_them(tmp_path_factory: pytest.TempPathFactory, template: str) -> None:
    folder = tmp_path_factory.mktemp("template")
    pattern = re.compile("(b)(?P<n>c)")
    found = pattern.fullmatch("bc")
    assert found
    name = found.expand(template) or "empty"
    wanted = put(folder / name)
    if template:
        assert Template.parse(template, folder, pattern).file(found) == wanted.resolve()


@pytest.mark.skipif(not REAL.is_dir(), reason="the real feedstocks are not beside this checkout")
def test_real_feedstocks_answer_under_their_github_urls(tmp_path: Path) -> None:
    folder = REAL / "feedstocks"
    path = put(
        tmp_path / "mirror.yaml",
        rf"- {{match: 'https://github\.com/([^/]+)/([^/]+)/blob/[^/]+/(.+)', file: '{folder}/\1__\2/\3'}}".encode(),
    )
    fetcher = MirrorFetcher(read_mirror(path), Limits())
    for file in sorted(folder.glob("*/feedstock/*.yaml")):
        owner, _, name = file.parent.parent.name.partition("__")
        url = f"https://github.com/{owner}/{name}/blob/main/feedstock/{file.name}"
        assert fetcher.fetch(url).data == file.read_bytes()
