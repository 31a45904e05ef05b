"""Answers of web servers: data if they are kept or read as data, nothing if they are parsed as an answer."""

import pytest

from leap_kg.links.code import read_python
from tests.links.code.reading import IMPORTS, found

URL = "https://host.org/api/item/7"
HEAD = f"import io, gzip, pickle, zipfile, shutil, requests, httpx, numpy as np, netCDF4\nurl = '{URL}'\n"
GOT = "r = requests.get(url, stream=True)\n"
SURE, CANDIDATE = 0.97, 0.75

KEPT = {
    "file": GOT + "with open('a.nc', 'wb') as f:\n    f.write(r.content)",
    "pieces": GOT + "with open('a.nc', 'wb') as f:\n    for piece in r.iter_content(1024):\n        f.write(piece)",
    "path": GOT + "Path('a.nc').write_bytes(r.content)",
    "copied": "with requests.get(url) as r, open('a.nc', 'wb') as f:\n    shutil.copyfileobj(r.raw, f)",
    "table": GOT + "pd.read_csv(io.StringIO(r.text))",
    "zipped": GOT + "with zipfile.ZipFile(io.BytesIO(r.content)) as z:\n    z.extractall()",
    "unpacked": GOT + "pd.read_csv(gzip.open(io.BytesIO(r.content)))",
    "pickled": GOT + "pickle.loads(r.content)",
    "memory": GOT + "netCDF4.Dataset('x', memory=r.content)",
    "opened": "from urllib.request import urlopen\nwith urlopen(url) as f:\n    pd.read_csv(f)",
    "read": "from urllib.request import urlopen\nxr.open_dataset(io.BytesIO(urlopen(url).read()))",
    "moved": "from six.moves import urllib\npd.read_csv(urllib.request.urlopen(url))",
    "session": "s = requests.Session()\npd.read_csv(io.BytesIO(s.get(url).content))",
    "passed": "def fetch(u):\n    return requests.get(u)\nnp.frombuffer(fetch(url).content)",
    "awaited": "async def fetch():\n    async with httpx.AsyncClient() as c:\n        r = await c.get(url)\n"
    "        return pd.read_csv(io.BytesIO(r.content))",
}
UNSURE = {
    "somewhere": GOT + "with open(place, 'wb') as f:\n    f.write(r.content)",
    "page": GOT + "with open('a.html', 'w') as f:\n    f.write(r.text)",
}
PARSED = {
    "json": GOT + "r.json()['items']",
    "text": GOT + "print(r.text)",
    "status": GOT + "r.raise_for_status()",
    "loaded": "import json\n" + GOT + "json.loads(r.text)",
    "stored": "requests.get('s3://lake/a.nc')",
}


def said(code: str) -> list[tuple[str, float]]:
    """Target and confidence of what the module reads."""
    signals = read_python(IMPORTS + HEAD + code, "a.py").signals
    return [(each.target, each.confidence) for each in signals if each.method == "D1" and each.confidence > 0.5]


@pytest.mark.parametrize("code", KEPT.values(), ids=KEPT.keys())
def test_what_is_kept_or_read_as_data_is_data(code: str) -> None:
    assert said(code) == [(URL, SURE)]


@pytest.mark.parametrize("code", UNSURE.values(), ids=UNSURE.keys())
def test_what_is_kept_under_a_name_that_says_nothing_is_a_candidate(code: str) -> None:
    assert said(code) == [(URL, CANDIDATE)]


@pytest.mark.parametrize("code", PARSED.values(), ids=PARSED.keys())
def test_what_is_parsed_is_an_answer(code: str) -> None:
    assert said(code) == []


def test_the_place_is_that_of_the_request() -> None:
    signals = read_python(IMPORTS + HEAD + KEPT["file"], "a.py").signals
    assert [each.place.quote for each in signals] == [GOT.strip()]


def test_an_address_that_looks_like_data_needs_no_more() -> None:
    assert found("import requests\nrequests.get('https://host.org/a.nc').json()") == [("D1", "https://host.org/a.nc")]
