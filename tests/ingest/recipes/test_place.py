"""Where stores go: folders, and an object store in which nothing is renamed, so that a pointer is written last."""

import json
import os
import shutil
import subprocess
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr

from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.snapshot import Snapshots
from leap_kg.ingest.recipes.checkout import read_checkout
from leap_kg.ingest.recipes.environments import Environment
from leap_kg.ingest.recipes.place import Place
from leap_kg.ingest.recipes.process import ENGINE, JobFailed
from leap_kg.ingest.recipes.running import Options, Outcome, promote, run_recipe
from leap_kg.settings import DEFAULT_BASE
from tests.graph.engines.servers import free_port
from tests.ingest.recipes.conftest import RECIPES, Sources
from tests.ingest.recipes.test_unlike_files import PIPELINE


def test_targets_are_folders_or_object_stores(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert Place.of("", tmp_path, home) == Place(tmp_path)
    assert Place.of(f"file://{tmp_path}/a%20b", tmp_path, home) == Place(tmp_path / "a b")
    bucket = Place.of("s3://library/stores/", tmp_path, home)
    assert bucket.url == "s3://library/stores"
    assert bucket.folder.is_relative_to(home.path)
    assert bucket.address("a.zarr", "recipe-1") == "s3://library/stores/versions/recipe-1/a.zarr"
    for wrong in ("memory://x", "https://data.example.org/x", "s3://", "gs:///x", "ftp://x/y"):
        with pytest.raises(HomeError, match=r"as s3://bucket/folder or gs://bucket/folder"):
            Place.of(wrong, tmp_path, home)


@pytest.fixture
def cloud(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An S3 server, and what this process needs to write to it."""
    for name, value in {
        "AWS_ENDPOINT_URL": s3,
        "AWS_ACCESS_KEY_ID": "key-of-the-test",
        "AWS_SECRET_ACCESS_KEY": "secret-of-the-test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    return s3


def run(
    home: Home,
    sources: Sources,
    url: str,
    last: int,
    feedstock: Path = RECIPES / "sea-surface",
    tell: Callable[[str], object] = lambda line: None,
    runner: str = "dask",
) -> Outcome:
    checkout = read_checkout(feedstock)
    (entry,) = checkout.feedstock.recipes
    values = {"SOURCE": sources.url("sea-surface"), "LAST": last}
    options = Options(runner, 0, values, 1, pause=0.1)
    return run_recipe(home, DEFAULT_BASE, checkout, entry, Place.of(url, home.path, home), options, tell)


def put(server: str, path: str, body: bytes = b"") -> None:
    headers = {"Content-Type": "application/octet-stream"}
    urllib.request.urlopen(urllib.request.Request(f"{server}/{path}", body, headers, method="PUT"), timeout=10).close()


def keys(server: str, prefix: str) -> list[str]:
    query = urllib.parse.urlencode({"list-type": 2, "prefix": prefix, "max-keys": 1000})
    with urllib.request.urlopen(f"{server}/library?{query}", timeout=10) as answer:
        return [each.text or "" for each in ElementTree.fromstring(answer.read()).iterfind(".//{*}Key")]  # noqa: S314


def get(server: str, key: str) -> bytes:
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=key-of-the-test/20240101/us-east-1/s3/aws4_request"}
    with urllib.request.urlopen(
        urllib.request.Request(f"{server}/library/{key}", headers=signed), timeout=10
    ) as answer:
        body: bytes = answer.read()
        return body


def opened(server: str, store: str, folder: Path) -> xr.Dataset:
    """What a store of the bucket holds."""
    prefix = store.removeprefix("s3://library/")
    for key in keys(server, prefix):
        file = folder / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(get(server, key))
    with xr.open_zarr(folder / prefix, consolidated=True, chunks=None) as found:
        content: xr.Dataset = found.load()
        return content


@pytest.mark.all
@pytest.mark.timeout(600)
def test_an_object_store_has_each_version_whole_and_a_pointer_to_it(
    home: Home, sources: Sources, cloud: str, tmp_path: Path
) -> None:
    url = "s3://library/versions-of-one"
    first = run(home, sources, url, 1)
    assert first.stores == (f"{url}/versions/{first.run}/sea-surface.zarr",)
    pointer = json.loads(get(cloud, "versions-of-one/sea-surface.zarr.json"))
    assert (pointer["store"], pointer["run"]) == (first.stores[0], first.run)
    expected = sources.whole("sea-surface")
    xr.testing.assert_equal(opened(cloud, first.stores[0], tmp_path / "one"), expected.isel(time=slice(0, 31)))
    assert run(home, sources, url, 1).unchanged
    second = run(home, sources, url, 2)
    assert json.loads(get(cloud, "versions-of-one/sea-surface.zarr.json"))["store"] == second.stores[0]
    xr.testing.assert_equal(opened(cloud, second.stores[0], tmp_path / "two"), expected.isel(time=slice(0, 60)))
    runs = {key.split("/")[2] for key in keys(cloud, "versions-of-one/versions/")}
    assert runs == {first.run, second.run}  # whoever reads the first goes on reading
    snapshot = Snapshots(home).current()
    assert snapshot is not None
    query = (
        "PREFIX leap: <" + DEFAULT_BASE + "ontology#> SELECT ?uri { ?store a leap:ZarrStore ; leap:storageURI ?uri }"
    )
    rows = snapshot.store.query(query, use_default_graph_as_union=True)
    assert [row["uri"].value for row in rows] == list(second.stores)  # type: ignore[union-attr]


@pytest.mark.all
@pytest.mark.timeout(600)
def test_a_recipe_does_not_see_what_its_store_is_uploaded_with(
    home: Home, sources: Sources, cloud: str, tmp_path: Path
) -> None:
    feedstock = tmp_path / "feedstock-of-test" / "feedstock"
    feedstock.mkdir(parents=True)
    for file in (RECIPES / "sea-surface" / "feedstock").iterdir():
        if file.is_file():
            (feedstock / file.name).write_bytes(file.read_bytes())
    with (feedstock / "recipe.py").open("a") as code:
        code.write(f"\nimport os\nopen({str(tmp_path / 'seen')!r}, 'w').write(repr(dict(os.environ)))\n")
        # The bucket goes meanwhile, so that the upload fails; the store is kept, and is published once it is there.
        code.write("import urllib.request as asking\n")
        code.write(f"asking.urlopen(asking.Request('{cloud}/elsewhere', method='DELETE')).close()\n")
    put(cloud, "elsewhere")
    with pytest.raises(JobFailed, match=r"s3://elsewhere/x cannot be written to.*`leap-kg recipe promote") as raised:
        run(home, sources, "s3://elsewhere/x", 1, feedstock.parent)
    assert "of-the-test" not in (tmp_path / "seen").read_text()
    assert Snapshots(home).current() is None
    name = str(raised.value).split("recipe promote ")[1].split("`")[0]
    put(cloud, "elsewhere")
    outcome = promote(home, DEFAULT_BASE, name)
    assert outcome.stores == (f"s3://elsewhere/x/versions/{name}/sea-surface.zarr",)


@pytest.mark.all
@pytest.mark.timeout(600)
def test_a_target_that_answers_no_more_is_named_and_the_store_kept(
    home: Home, sources: Sources, cloud: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def goes_away(line: str) -> None:
        if line == "checking the store":
            monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")

    with pytest.raises(JobFailed, match=r"s3://library/away cannot be written to.*`leap-kg recipe promote") as raised:
        run(home, sources, "s3://library/away", 1, tell=goes_away)
    assert raised.value.kind == "target"
    assert Snapshots(home).current() is None
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud)
    name = str(raised.value).split("recipe promote ")[1].split("`")[0]
    assert promote(home, DEFAULT_BASE, name).stores == (f"s3://library/away/versions/{name}/sea-surface.zarr",)


@pytest.mark.all
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("what", "target", "told"),
    [
        (
            "credentials",
            "s3://library/x",
            "there are no credentials for it .*: set AWS_ACCESS_KEY_ID and AWS_SECRET_AC",
        ),
        ("bucket", "s3://nowhere/x", "there is no bucket nowhere: make it, or correct --target"),
        ("server", "s3://library/x", "its server does not answer .*: check the network, and AWS_ENDPOINT_URL"),
        ("gs credentials", "gs://library/x", "there are no credentials for it .*: set GOOGLE_APPLICATION_CREDENT"),
        ("gs bucket", "gs://nowhere/x", "there is no bucket nowhere: make it, or correct --target"),
    ],
    ids=["credentials", "bucket", "server", "gs-credentials", "gs-bucket"],
)
def test_a_target_that_cannot_be_written_to_is_told_before_anything_is_read(
    what: str,
    target: str,
    told: str,
    home: Home,
    sources: Sources,
    cloud: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # whoever runs this may have credentials there
    match what:
        case "credentials":
            monkeypatch.delenv("AWS_ACCESS_KEY_ID")
            monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
            monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        case "server":
            monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
        case "gs credentials" | "gs bucket":
            token = "anon" if what == "gs bucket" else "google_default"
            options = {"endpoint_url": request.getfixturevalue("gcs"), "token": token}
            monkeypatch.setenv("FSSPEC_GS", json.dumps(options))
            monkeypatch.setenv("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")  # the server has no gRPC
            monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nothing"))
    with pytest.raises(JobFailed, match=rf"^{target} cannot be written to: {told}") as raised:
        run(home, sources, target, 1)
    assert raised.value.kind == "target"
    assert "\n" not in str(raised.value)
    assert not sources.server.asked


@pytest.mark.all
@pytest.mark.timeout(300)
@pytest.mark.parametrize("by", ["another recipe", "hand", "a folder"])
def test_what_takes_the_place_of_a_store_is_told_before_anything_is_read(
    by: str, home: Home, sources: Sources, cloud: str, tmp_path: Path
) -> None:
    url, told = f"s3://library/taken-by-{by.split()[-1]}", "sea-surface.zarr is of another recipe"
    if by == "another recipe":
        pointer = {"owner": "theirs", "run": "recipe-1", "store": f"{url}/versions/recipe-1/sea-surface.zarr"}
        put(cloud, "library/taken-by-recipe/sea-surface.zarr.json", json.dumps(pointer).encode())
        # What others have beside it is no obstacle.
        put(cloud, "library/taken-by-recipe/notes.json", b"[]")
        put(cloud, "library/taken-by-recipe/other.zarr.json", json.dumps(pointer).encode())
    elif by == "hand":
        told = "sea-surface.zarr is there already and was put there by other means"
        put(cloud, "library/taken-by-hand/sea-surface.zarr/zarr.json", b"{}")
    else:
        url, told = str(tmp_path / "stores"), "sea-surface.zarr is there already and is not of this recipe"
        (tmp_path / "stores" / "sea-surface.zarr").mkdir(parents=True)
    with pytest.raises(JobFailed, match=told) as raised:
        run(home, sources, url, 1)
    assert raised.value.kind == "target"
    assert not sources.server.asked


@pytest.mark.all
@pytest.mark.timeout(300)
def test_the_stores_of_a_pipeline_are_known_before_it_runs(home: Home, sources: Sources, tmp_path: Path) -> None:
    feedstock = tmp_path / "feedstock-of-test"
    shutil.copytree(RECIPES / "sea-surface", feedstock)
    (feedstock / "feedstock" / "recipe.py").write_text(PIPELINE.replace('SOURCE = ""', 'SOURCE = ""\nLAST = 1'))
    (tmp_path / "stores" / "a.zarr").mkdir(parents=True)
    with pytest.raises(JobFailed, match=r"a\.zarr is there already and is not of this recipe"):
        run(home, sources, str(tmp_path / "stores"), 1, feedstock, runner="direct")
    assert not sources.server.asked


@pytest.mark.all
@pytest.mark.timeout(300)
def test_an_upload_that_is_killed_before_its_last_step_is_not_seen(home: Home, cloud: str, tmp_path: Path) -> None:
    python = Environment.of("dask", home).python
    program = (
        "import os, sys; from pathlib import Path; from leap_recipe import uploading; import fsspec\n"
        "files, root = fsspec.core.url_to_fs('s3://library/cut')\n"
        "if sys.argv[2] == 'cut': files.pipe_file = lambda *a, **k: os.kill(os.getpid(), 9)\n"
        "try: print(uploading.upload(Path(sys.argv[1]), 's3://library/cut', 'a.zarr', sys.argv[3], sys.argv[2]))\n"
        "except uploading.Failed as e: sys.exit(str(e))\n"
    )

    def upload(run: str, text: str, owner: str = "ours") -> subprocess.CompletedProcess[str]:
        staged = tmp_path / run
        (staged / "x").mkdir(parents=True, exist_ok=True)
        (staged / "zarr.json").write_text(text)
        (staged / "x" / "0").write_text(text)
        return subprocess.run(
            [str(python), "-c", program, str(staged), run, owner],
            env={**os.environ, "PYTHONPATH": str(ENGINE)}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert upload("a1", "one").returncode == 0
    assert upload("cut", "two").returncode == -9
    assert get(cloud, "cut/versions/cut/a.zarr/zarr.json") == b"two"
    assert json.loads(get(cloud, "cut/a.zarr.json"))["run"] == "a1"
    assert "of another recipe" in upload("d4", "four", "theirs").stderr
    assert upload("e5", "five").returncode == 0
    assert json.loads(get(cloud, "cut/a.zarr.json"))["run"] == "e5"
    assert "a later run, e5" in upload("b2", "late").stderr
    assert upload("f6", "six").returncode == 0
    left = {key.split("/")[2] for key in keys(cloud, "cut/versions/")}
    assert left == {"e5", "f6"}  # what was cut off is gone
