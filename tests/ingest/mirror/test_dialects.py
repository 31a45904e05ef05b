"""Recordings: every dialect that is in use, the real ones in place, and hostile ones that say what is wrong."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.mirror.dialects import MAX_BYTES, read_exchanges
from leap_kg.ingest.mirror.exchange import keys

REAL = Path(__file__).parents[4] / "shared" / "data"
URL = "https://api.example.org/works?rows=2"
TEXT = '{"title": "Øre"}'


def python_cassette(body: Any, **headers: str) -> dict[str, Any]:
    return {
        "interactions": [
            {
                "request": {"method": "GET", "uri": URL, "body": "", "headers": {"Accept": ["a/b"]}},
                "response": {
                    "status": {"code": 200, "message": "OK"},
                    "headers": {"Content-Type": ["application/json"], **{k: [v] for k, v in headers.items()}},
                    "body": body,
                },
            }
        ],
        "version": 1,
    }


def ruby_cassette(body: Any, **headers: str) -> dict[str, Any]:
    return {
        "http_interactions": [
            {
                "request": {
                    "method": "get", "uri": URL, "body": {"encoding": "", "string": ""}, "headers": {"Accept": "a/b"},
                },
                "response": {
                    "status": {"status_code": "200", "message": "OK"},
                    "headers": {"content-type": "application/json", **headers},
                    "body": {"encoding": "UTF-8", "file": False, **body},
                },
                "recorded_at": "2020-02-05 22:22:32 GMT",
                "recorded_with": "vcr/0.5.1",
            }
        ]
    }  # fmt: skip


def fixture(
    response: Any, /, *, binary: bool = False, raw: bool = False, headers: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    named = {"content-type": "application/json", **(headers or {})}
    pairs = {"rawHeaders": [word for pair in named.items() for word in pair]} if raw else {"headers": named}
    return [
        {
            "scope": "https://api.example.org:443", "method": "get", "path": "/works?rows=2", "body": "", "status": 200,
            "response": response, "reqheaders": {"accept": "a/b"}, "responseIsBinary": binary, **pairs,
        }
    ]  # fmt: skip


PACKED = gzip.compress(TEXT.encode(), mtime=0)
PACKED_HEADER = {"content-encoding": "gzip"}
DIALECTS: dict[str, Any] = {
    "python, text": python_cassette({"string": TEXT}),
    "python, packed": python_cassette({"string": PACKED}, **PACKED_HEADER),
    "python, unpacked by the recorder": python_cassette({"string": TEXT}, **PACKED_HEADER),
    "python, base64": python_cassette({"base64_string": base64.b64encode(PACKED).decode()}, **PACKED_HEADER),
    "python, a bare body": python_cassette(TEXT),
    "ruby, text": ruby_cassette({"string": TEXT}),
    "ruby, base64": ruby_cassette({"base64_string": base64.encodebytes(TEXT.encode()).decode()}),
    "octokit, data": fixture(json.loads(TEXT)),
    "octokit, raw headers": fixture(json.loads(TEXT), raw=True),
    "octokit, text": fixture(TEXT),
    "octokit, binary": fixture(TEXT.encode().hex(), binary=True),
    "octokit, packed": fixture([PACKED[:9].hex(), PACKED[9:].hex()], headers=PACKED_HEADER),
}


def written() -> dict[str, bytes]:
    """Each dialect in the notations that can hold it: JSON has no bytes, fixtures are never YAML."""
    found = {}
    for name, value in DIALECTS.items():
        if isinstance(value, dict):
            found[f"{name}, in YAML"] = yaml.safe_dump(value, allow_unicode=True).encode()
        if name != "python, packed":
            found[f"{name}, in JSON"] = json.dumps(value).encode()
    return found


@pytest.mark.parametrize("dialect", written())
def test_each_dialect_is_read(dialect: str) -> None:
    data = written()[dialect]
    (exchange,) = read_exchanges(data)
    assert (exchange.status, exchange.accept, exchange.data) == (200, "a/b", None)
    assert keys(exchange.url, None) == keys(URL, None)
    assert exchange.headers["content-type"] == "application/json"
    unpacked = exchange.unpacked(1000)
    assert unpacked is not None
    assert json.loads(unpacked) == json.loads(TEXT)
    assert exchange.unpacked(3) is None


def test_only_what_can_be_asked_for_is_read() -> None:
    items = [{**fixture("x")[0], "method": method} for method in ("head", "put", "patch", "delete", "post", "GET")]
    items[4]["body"] = {"query": "{ viewer }"}
    assert [exchange.data for exchange in read_exchanges(json.dumps(items).encode())] == [
        b'{"query": "{ viewer }"}',
        None,
    ]


def test_parts_that_are_repeated_by_an_alias_are_read() -> None:
    text = yaml.safe_dump(python_cassette({"string": TEXT})["interactions"][0])
    cassette = "interactions:\n- &first\n" + "".join(f"  {line}\n" for line in text.splitlines()) + "- *first\n"
    first, second = read_exchanges(cassette.encode())
    assert first == second


def changed(path: str, value: Any) -> bytes:
    """A cassette of which one place says something else."""
    cassette = python_cassette({"string": TEXT})
    *steps, last = path.split(".")
    place: Any = cassette["interactions"][0]
    for step in steps:
        place = place[step]
    place[last] = value
    return json.dumps(cassette).encode()


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", "is no recording"), (b"title: AGDC", "is no recording"), (b"[1]", "exchange 1"),
        (b"{}", "is no recording"),
        (b"\xff", "UTF-8"), (b"interactions: [", "is not YAML"), (b"{", "is not JSON"),
        (b"interactions:\n- 1\n", "exchange 1"),
        (b"interactions: " + b"[" * 100 + b"]" * 100, "nested more than 64"), (b"[" * 100_000, "is not JSON"),
        (b"interactions: [*x]", "anchor"), (b"interactions: [!!python/object/apply:os.system [id]]", "exchange 1"),
        (b"interactions:\n- !!python/name:os.system x\n", "tag"), (b"interactions:\n- !!binary '?'\n", "base64"),
        (b"interactions:\n- {request: &a {method: GET, uri: 'https://h/', body: *a}, response: *a}\n", "exchange 1"),
        (b"interactions:\n- {request: {method: GET, uri: 'http://h/'}, response: {status: 200, body: &a {string: *a}}}",
         "exchange 1"),
        (b"? [a]\n: b\n", "key"),
        (changed("request.uri", 5), "exchange 1"), (changed("request.uri", "https://[h/"), "exchange 1"),
        (changed("response.status.code", 0), "no HTTP status"),
        (changed("response.status.code", "9" * 5000), "exchange 1"),
        (changed("response.status", None), "no HTTP status"), (changed("response.headers", ["x"]), "exchange 1"),
        (changed("response.body", {"file": True, "string": "/etc/passwd"}), "another file"),
        (changed("response.body", {"base64_string": "?"}), "base64"),
        (changed("response.body", {"string": ["x"]}), "text is due"),
        (json.dumps(fixture("not hexadecimal", binary=True)).encode(), "exchange 1"),
        (b" " * (MAX_BYTES + 1), "larger than"),
    ],
)  # fmt: skip
def test_a_hostile_recording_is_explained(data: bytes, wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted) as caught:
        read_exchanges(data)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("packed", [PACKED[:-4], b"\x1f\x8b rubbish", PACKED + b"\x1f\x8b"])
def test_a_body_that_cannot_be_unpacked_is_told(packed: bytes) -> None:
    (exchange,) = read_exchanges(yaml.safe_dump(python_cassette({"string": packed}, **PACKED_HEADER)).encode())
    with pytest.raises(ValueError, match="gzip"):
        exchange.unpacked(1000)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(50 * 2**20))
    (exchange,) = read_exchanges(yaml.safe_dump(python_cassette({"string": bomb}, **PACKED_HEADER)).encode())
    assert exchange.unpacked(2**20) is None


@given(data=st.binary(max_size=200) | st.text(alphabet="interactos: -&*a[]{}'!?\n", max_size=120).map(str.encode))
def test_any_bytes_are_read_or_explained(data: bytes) -> None:
    try:
        assert isinstance(read_exchanges(data), list)
    except ValueError as problem:
        assert str(problem)  # noqa: PT017 - other exceptions are defects


@given(
    pairs=st.lists(st.tuples(st.text("abc", min_size=1), st.text(max_size=5)), max_size=5),
    order=st.randoms(use_true_random=False),
)
def test_the_order_of_a_query_does_not_matter(pairs: list[tuple[str, str]], order: Any) -> None:
    shuffled = sorted(pairs, key=lambda _: order.random())
    one = "https://h/x?" + "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in pairs)
    other = "https://H:443/%78?" + "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in shuffled)
    assert keys(one, None) == keys(other, None)
    assert keys(one, b"{}") != keys(one, None)
    assert keys(one + "&d=1", None) != keys(one, None)
    exact, anonymous = keys(one + "&mailto=a@b.org&api_key=1", None)
    assert exact != keys(one, None)[0]
    assert anonymous == keys(one, None)[1]


def recordings() -> list[Path]:
    folders = (REAL / "crossref", REAL / "orcid", REAL / "github" / "octokit__fixtures")
    return sorted(p for folder in folders for p in folder.rglob("*") if p.suffix in (".yaml", ".yml", ".json"))


@pytest.mark.skipif(not recordings(), reason="the real recordings are not beside this checkout")
def test_every_real_recording_is_read() -> None:
    counts = {"python": 0, "R": 0, "octokit": 0}
    for path in recordings():
        data = path.read_bytes()
        for exchange in read_exchanges(data):
            body = exchange.unpacked(2**24)
            assert body is not None
            if exchange.status == 200 and "json" in exchange.headers.get("content-type", ""):
                json.loads(body)
            counts["octokit" if path.suffix == ".json" else "R" if b"http_interactions" in data else "python"] += 1
    assert counts == {"python": 145, "R": 6, "octokit": 136}
