"""A mirror that answers from recordings: by method, address and what is posted; as the host did."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from leap_kg.ingest.fetch import Ask, Body, CachedFetcher, Fetcher, FetchFailed, Limits
from leap_kg.ingest.mirror import MirrorFaulty, MirrorFetcher, read_mirror

REAL = Path(__file__).parents[4] / "shared" / "data"


def interaction(
    url: str, body: str = "{}", status: int = 200, /, accept: str = "*/*", **headers: str
) -> dict[str, Any]:
    named = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return {
        "request": {"method": "GET", "uri": url, "body": "", "headers": {"Accept": [accept]}},
        "response": {"status": {"code": status}, "headers": named, "body": {"string": body}},
    }


def posted(url: str, data: str, body: str) -> dict[str, Any]:
    made = interaction(url, body)
    made["request"] |= {"method": "POST", "body": data}
    return made


def record(path: Path, *interactions: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"interactions": list(interactions), "version": 1}))


def mirror(
    folder: Path, rules: str = "- {match: '.*', recording: tapes}", limits: Limits | None = None
) -> MirrorFetcher:
    (folder / "mirror.yaml").write_text(rules)
    return MirrorFetcher(read_mirror(folder / "mirror.yaml"), limits or Limits())


def failure(fetcher: Fetcher, ask: Ask | str) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        fetcher.fetch(ask)
    assert len(str(caught.value).splitlines()) == 1
    return caught.value


def test_an_exchange_answers_with_its_type_headers_and_body(tmp_path: Path) -> None:
    answer = {
        "Content_Type": "application/json; charset=utf-8",
        "Link": '<https://h/x?b=2>; rel="next"',
        "Set_Cookie": "a=b",
    }
    record(tmp_path / "tapes" / "a.yaml", interaction("https://h/x?a=1&b=1", "[1]", 200, ETag='"1"', **answer))
    body = mirror(tmp_path).fetch("https://h/x?b=1&mailto=me@example.org&a=1")
    assert (body.data, body.media_type) == (b"[1]", "application/json")
    assert body.headers == {"link": answer["Link"], "etag": '"1"'}
    assert body.link("next") == "https://h/x?b=2"
    assert body.url == "https://h/x?b=1&mailto=me@example.org&a=1"


def test_all_recordings_of_a_folder_answer_and_a_template_picks_one(tmp_path: Path) -> None:
    record(tmp_path / "tapes" / "a" / "one.yaml", interaction("https://h/one", "1"))
    record(tmp_path / "tapes" / "b" / "two.yml", interaction("https://h/two", "2"))
    (tmp_path / "tapes" / "notes.txt").write_text("not looked at")
    whole = mirror(tmp_path)
    assert [whole.fetch(f"https://h/{name}").data for name in ("one", "two")] == [b"1", b"2"]
    picked = mirror(tmp_path, "- {match: 'https://h/(.*)', recording: 'tapes/a/\\1.yaml'}")
    assert picked.fetch("https://h/one").data == b"1"
    assert failure(picked, "https://h/two").status == 404


def test_files_and_recordings_stand_in_for_each_other_in_the_order_of_rules(tmp_path: Path) -> None:
    record(tmp_path / "tapes" / "a.yaml", interaction("https://h/one", "recorded"))
    (tmp_path / "two").write_text("file")
    rules = "- {match: 'https://h/.*', recording: tapes}\n- {match: 'https://h/(.*)', file: '\\1'}\n"
    fetcher = mirror(tmp_path, rules)
    assert [fetcher.fetch(f"https://h/{name}").data for name in ("one", "two")] == [b"recorded", b"file"]


def test_what_is_not_recorded_is_missing_and_the_recordings_are_named(tmp_path: Path) -> None:
    for number in range(7):
        record(tmp_path / "tapes" / f"{number}.yaml", interaction(f"https://h/{number}"))
    found = failure(mirror(tmp_path), "https://h/x")
    assert (found.kind, found.status) == ("missing", 404)
    assert "tapes/0.yaml, tapes/1.yaml" in found.reason
    assert "and 2 more" in found.reason


def test_a_message_names_fewer_recordings_that_lie_deep(tmp_path: Path) -> None:
    for number in range(7):
        record(tmp_path / "tapes" / ("deep" * 20) / f"{number}.yaml", interaction(f"https://h/{number}"))
    found = failure(mirror(tmp_path), "https://h/x")
    assert "/1.yaml and 5 more" in found.reason


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, "missing"), (410, "missing"), (400, "status"), (429, "status"), (500, "status"), (304, "status")],
)
def test_failures_are_recorded_too(tmp_path: Path, status: int, kind: str) -> None:
    record(tmp_path / "tapes" / "a.yaml", interaction("https://h/x", "no", status))
    found = failure(mirror(tmp_path), "https://h/x")
    assert (found.kind, found.status) == (kind, status)


def test_redirects_lead_to_what_is_recorded(tmp_path: Path) -> None:
    record(
        tmp_path / "tapes" / "a.yaml",
        interaction("https://h/old", "", 301, Location="/new"),
        interaction("https://h/seen", "", 302, Location="https://other/new"),
        interaction("https://h/new", "here"),
        interaction("https://h/loop", "", 301, Location="/loop"),
        interaction("https://h/lost", "", 301, Location="/nowhere"),
    )
    record(tmp_path / "tapes" / "b.yaml", interaction("https://other/new", "there"))
    fetcher = mirror(tmp_path)
    old, seen = fetcher.fetch("https://h/old"), fetcher.fetch("https://h/seen")
    assert (old.data, old.final_url, old.moved) == (b"here", "https://h/new", True)
    assert (seen.data, seen.final_url, seen.moved) == (b"there", "https://other/new", False)
    assert failure(fetcher, "https://h/loop").kind == "redirects"
    assert failure(fetcher, "https://h/lost").status == 404


def test_the_media_type_that_is_asked_for_goes_first_and_then_the_first_recorded(tmp_path: Path) -> None:
    record(
        tmp_path / "tapes" / "a.yaml",
        interaction("https://h/x", "first", accept="text/html"),
        interaction("https://h/x", "turtle", accept="text/turtle"),
        interaction("https://h/x", "later", accept="text/html"),
    )
    fetcher = mirror(tmp_path)
    found = [fetcher.fetch(Ask("https://h/x", accept)).data for accept in ("text/turtle", "text/html", "*/*")]
    assert found == [b"turtle", b"first", b"first"]


def test_the_turns_of_a_listing_are_answered_in_the_order_of_the_recording(tmp_path: Path) -> None:
    record(tmp_path / "tapes" / "a.yaml", *(interaction("https://h/x?cursor=1", body) for body in "abc"))
    fetcher = CachedFetcher(mirror(tmp_path))
    for _ in range(2):
        found = [fetcher.fetch(Ask("https://h/x?cursor=1", "application/json", turn=turn)).data for turn in range(4)]
        assert found == [b"a", b"b", b"c", b"c"]


def test_a_recorded_web_page_is_no_data(tmp_path: Path) -> None:
    record(tmp_path / "tapes" / "a.yaml", interaction("https://h/x", "<html>", Content_Type="text/html"))
    found = failure(mirror(tmp_path), Ask("https://h/x", "application/json"))
    assert "sent a web page (text/html) where application/json was asked for" in found.reason


def test_posts_are_told_apart_by_what_they_say(tmp_path: Path) -> None:
    record(
        tmp_path / "tapes" / "a.yaml",
        posted("https://h/graphql", '{"query": "a", "variables": {}}', "A"),
        posted("https://h/graphql", '{"query": "b"}', "B"),
        interaction("https://h/graphql", "got"),
    )
    fetcher = mirror(tmp_path)
    assert fetcher.fetch(Ask("https://h/graphql", data=b'{"variables":{},"query":"a"}')).data == b"A"
    assert fetcher.fetch(Ask("https://h/graphql", data=b'{"query":"b"}')).data == b"B"
    assert fetcher.fetch("https://h/graphql").data == b"got"
    assert failure(fetcher, Ask("https://h/graphql", data=b'{"query":"c"}')).status == 404


def test_tokens_of_pages_count_though_keys_do_not(tmp_path: Path) -> None:
    pages = [interaction(f"https://h/x?token=next:{number}", str(number)) for number in range(3)]
    record(tmp_path / "tapes" / "a.yaml", *pages, interaction("https://h/y?api_key=REDACTED", "y"))
    fetcher = mirror(tmp_path)
    assert [fetcher.fetch(f"https://h/x?token=next:{number}").data for number in range(3)] == [b"0", b"1", b"2"]
    assert fetcher.fetch("https://h/y?api_key=mine").data == b"y"
    assert fetcher.fetch("https://h/y").data == b"y"


@pytest.mark.parametrize("text", ["title: x", "interactions: [", "interactions:\n- !!python/name:os.system x\n", "\0"])
def test_a_faulty_recording_is_named(tmp_path: Path, text: str) -> None:
    record(tmp_path / "tapes" / "good.yaml", interaction("https://h/x"))
    (tmp_path / "tapes" / "bad.yaml").write_text(text)
    found = failure(mirror(tmp_path), "https://h/y")
    assert found.kind == "content"
    assert f"{tmp_path / 'tapes' / 'bad.yaml'} is no recording that can be used" in found.reason


def test_sizes_are_bounded_and_may_be_raised(tmp_path: Path) -> None:
    record(tmp_path / "tapes" / "a.yaml", interaction("https://h/x", "x" * 2000))
    fetcher = mirror(tmp_path, limits=Limits(body_bytes=1000))
    assert failure(fetcher, "https://h/x").kind == "too-large"
    assert len(fetcher.fetch(Ask("https://h/x", body_bytes=2000)).data) == 2000


def test_no_recording_outside_the_folder_is_read(tmp_path: Path) -> None:
    record(tmp_path / "outside" / "a.yaml", interaction("https://h/x", "outside"))
    record(tmp_path / "tapes" / "b.yaml", interaction("https://h/y", "inside"))
    (tmp_path / "tapes" / "link.yaml").symlink_to(tmp_path / "outside" / "a.yaml")
    assert failure(mirror(tmp_path), "https://h/x").status == 404
    by_name = mirror(tmp_path, "- {match: 'https://h/x\\?(.*)', recording: 'tapes/\\1'}")
    assert failure(by_name, "https://h/x?../outside/a.yaml").kind == "refused"
    assert failure(by_name, "https://h/x?link.yaml").kind == "refused"


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("- {match: a, recording: b, file: c}", "both `file` and `recording`"),
        ("- {match: a, recording: []}", "needs a text under both `match` and `recording`"),
        ("- {match: (a), recording: '\\2'}", "`recording` uses the group '2'"),
    ],
)
def test_a_faulty_rule_is_explained(tmp_path: Path, rule: str, wanted: str) -> None:
    with pytest.raises(MirrorFaulty, match="item 1: ") as caught:
        mirror(tmp_path, rule)
    assert wanted in str(caught.value)


@pytest.fixture
def real(tmp_path: Path) -> MirrorFetcher:
    if not (REAL / "crossref").is_dir():
        pytest.skip("the real recordings are not beside this checkout")
    rules = [
        {
            "match": r"https://(api\.crossref|doi|data\.crossref|www\.crossref)\.org/.*",
            "recording": str(REAL / "crossref"),
        },
        {"match": r"https://pub\.orcid\.org/.*", "recording": str(REAL / "orcid")},
        {"match": r"https://(api|codeload)\.github\.com/.*", "recording": str(REAL / "github" / "octokit__fixtures")},
    ]
    return mirror(tmp_path, json.dumps(rules))


def test_real_pages_link_to_each_other(real: MirrorFetcher) -> None:
    url: str | None = "https://api.github.com/repos/octokit-fixture-org/paginate-issues/issues?per_page=3"
    bodies: list[Body] = []
    while url:
        bodies.append(real.fetch(Ask(url, "application/vnd.github+json")))
        url = bodies[-1].link("next")
    numbers = [issue["number"] for body in bodies for issue in json.loads(body.data)]
    assert len(bodies) == 5
    assert numbers == sorted(set(numbers), reverse=True)
    assert len(numbers) == 13


def test_a_real_rename_is_a_move_and_an_archive_is_none(real: MirrorFetcher) -> None:
    renamed = real.fetch("https://api.github.com/repos/octokit-fixture-org/rename-repository")
    assert (renamed.moved, renamed.final_url) == (True, "https://api.github.com/repositories/1000")
    archive = real.fetch("https://api.github.com/repos/octokit-fixture-org/get-archive/tarball/main")
    assert archive.data.startswith(b"\x1f\x8b")
    assert not archive.moved
    assert "filename=" in archive.headers["content-disposition"]


def test_real_limits_of_an_interval_are_told(real: MirrorFetcher) -> None:
    body = real.fetch("https://api.crossref.org/members?rows=2&query=ecology&mailto=data@example.org")
    assert json.loads(body.data)["message-type"] == "member-list"
    assert (body.headers["x-rate-limit-limit"], body.headers["x-rate-limit-interval"]) == ("5", "1s")


def test_a_real_person_is_found(real: MirrorFetcher) -> None:
    body = real.fetch(Ask("https://pub.orcid.org/v3.0/0000-0003-1620-1408/person", "application/orcid+json"))
    assert json.loads(body.data)["name"]["given-names"]["value"] == "Thomas"
