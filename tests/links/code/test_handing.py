"""Functions that are handed on, clients of clouds, and virtual files: what is read and written through them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.code import read_python
from tests.links.code.reading import IMPORTS, found

URLS = "urls = ['s3://lake/a.nc', 's3://lake/b.nc']\n"
OPENS = "def opens(url, more=None):\n    return xr.open_dataset(url)\n"
BOTH = [("D1", "s3://lake/a.nc"), ("D1", "s3://lake/b.nc")]
FIRST = BOTH[:1]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("pool.map(opens, urls)", BOTH),
        ("list(map(opens, urls))", BOTH),
        ("list(map(xr.open_dataset, urls))", BOTH),
        ("from tqdm.contrib.concurrent import thread_map\nthread_map(opens, urls, max_workers=4)", BOTH),
        ("from dask.distributed import Client\nclient = Client()\nclient.gather(client.map(opens, urls))", BOTH),
        ("executor.submit(opens, urls[0])", FIRST),
        ("futures = [executor.submit(opens, url) for url in urls]", BOTH),
        ("pool.apply_async(opens, (urls[0], 1))", FIRST),
        ("pool.starmap(opens, [('s3://lake/a.nc', 1), ('s3://lake/b.nc', 2)])", BOTH),
        ("import functools\npool.map(functools.partial(opens, more=2), urls)", BOTH),
        ("from functools import partial\nopener = partial(xr.open_zarr, 's3://lake/a.nc')\nopener()", FIRST),
        ("import threading\nthreading.Thread(target=opens, args=(urls[0],)).start()", FIRST),
        ("await_me = loop.run_in_executor(None, opens, urls[0])", FIRST),
        ("import dask\ndask.delayed(opens)(urls[0])", FIRST),
        ("import apache_beam as beam\nwith beam.Pipeline() as p:\n    p | beam.Create(urls) | beam.Map(opens)", BOTH),
        ("import apache_beam as beam\np | 'a' >> beam.Create(urls) | 'b' >> beam.Reshuffle() | beam.Map(opens)", BOTH),
        ("import apache_beam as beam\nclass Opens(beam.DoFn):\n    def process(self, url):\n"
         "        yield xr.open_dataset(url)\np | beam.Create(urls) | 'c' >> beam.ParDo(Opens())", BOTH),
        ("fs = s3fs.S3FileSystem()\nxr.open_mfdataset(map(fs.open, urls))", BOTH),
        ("from prefect import task\nload = task(opens)\n@task\ndef load(url):\n    return xr.open_dataset(url)\n"
         "load.submit(urls[0])", FIRST),
        ("@task\ndef load(url):\n    return xr.open_dataset(url)\nload.map(urls)", BOTH),
        ("{'a'} | {'b'}\n1 >> 2", []),
        ("frame['name'].map(opens)", []),
        ("pool.map(print, urls)", []),
    ],
    ids=range(23),
)  # fmt: skip
def test_what_is_mapped_over_addresses_opens_each(code: str, expected: list[tuple[str, str]]) -> None:
    seen = [each for each in found(URLS + OPENS + code) if each[0] == "D1"]
    assert seen == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("s3 = boto3.client('s3')\ns3.download_file('lake', 'a.nc', 'a.nc')", ("D1", "s3://lake/a.nc")),
        ("s3 = boto3.client('s3')\ns3.get_object(Bucket='lake', Key='a.nc')", ("D1", "s3://lake/a.nc")),
        ("s3 = boto3.Session().client('s3')\ns3.upload_file('a.nc', 'lake', 'a.nc')", ("D2", "s3://lake/a.nc")),
        ("s3 = boto3.resource('s3')\ns3.Bucket('lake').download_file('a.nc', 'x')", ("D1", "s3://lake/a.nc")),
        ("s3 = boto3.resource('s3')\ns3.Object('lake', 'a.nc').put(Body=b'')", ("D2", "s3://lake/a.nc")),
        (
            "s3 = boto3.client('s3', endpoint_url='https://nyu1.osn.mghpcc.org')\n"
            "s3.get_object(Bucket='lake', Key='a.nc')",
            ("D1", "https://nyu1.osn.mghpcc.org/lake/a.nc"),
        ),
        (
            "from google.cloud import storage\nbucket = storage.Client().bucket('lake')\n"
            "bucket.blob('a.nc').download_to_filename('x')",
            ("D1", "gs://lake/a.nc"),
        ),
        (
            "from google.cloud import storage\n"
            "storage.Client().get_bucket('lake').blob('a.nc').upload_from_filename('x')",
            ("D2", "gs://lake/a.nc"),
        ),
        ("from osgeo import gdal\ngdal.Open('/vsicurl/https://host.org/a.tif')", ("D1", "https://host.org/a.tif")),
        ("import rasterio\nrasterio.open('/vsizip//vsis3/lake/a.tif')", ("D1", "s3://lake/a.tif")),
        ("import requests\ns = requests.Session()\ns.get('https://host.org/a.nc')", ("D1", "https://host.org/a.nc")),
        (
            "from urllib.request import Request, urlopen\nurlopen(Request('https://host.org/a.nc', headers={}))",
            ("D1", "https://host.org/a.nc"),
        ),
        (
            "import tensorflow as tf\nwith tf.io.gfile.GFile('gs://lake/a.csv', 'w') as f:\n    f.write('')",
            ("D2", "gs://lake/a.csv"),
        ),
        ("fs, path = fsspec.core.url_to_fs('gs://lake/a.nc')\nfs.open(path)", ("D1", "gs://lake/a.nc")),
    ],
    ids=range(14),
)
def test_clients_virtual_files_and_sessions(code: str, expected: tuple[str, str]) -> None:
    assert found(f"import boto3\n{code}") == [expected]


def test_a_copy_reads_one_place_and_writes_the_other() -> None:
    assert found("gcsfs.GCSFileSystem().cp('lake/a.zarr', 'lake/b.zarr')") == [
        ("D1", "gs://lake/a.zarr"),
        ("D2", "gs://lake/b.zarr"),
    ]


@pytest.mark.parametrize(
    ("sink", "expected"),
    [
        ("StoreToZarr(store_name='a.zarr')", [("D2", "{*}/a.zarr", 0.5)]),
        ("StoreToZarr(target_root=unknown(), store_name='a.zarr')", [("D2", "{*}/a.zarr", 0.5)]),
        ("StoreToZarr(target_root='gs://lake', store_name='a.zarr')", [("D2", "gs://lake/a.zarr", 0.95)]),
        ("StoreToZarr(target_root='/data', store_name='a.zarr')", []),
        ("StoreToZarr(store_name=unknown())", []),
    ],
)
def test_a_recipe_whose_root_is_given_later_tells_the_name_of_its_store(
    sink: str, expected: list[tuple[str, str, float]]
) -> None:
    signals = read_python(
        f"{IMPORTS}from pangeo_forge_recipes.transforms import StoreToZarr\n(p | {sink})\n", "a.py"
    ).signals
    assert [(s.method, s.target, s.confidence) for s in signals] == expected


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(["pool.map", "pool.starmap", "pool.submit", "functools.partial", "loop.run_in_executor", "map"]),
    st.lists(
        st.sampled_from(["f", "xr.open_zarr", "[]", "[1, (2, 3)]", "None", "{}", "'gs://a/b.zarr'", "*f"]), max_size=4
    ),
)
def test_no_arguments_can_do_harm(handing: str, arguments: list[str]) -> None:
    code = f"import functools\ndef f(*a):\n    return {handing}(f, *a)\nx = {handing}({', '.join(arguments)})\nx(1)\n"
    assert not read_python(f"{IMPORTS}u = 'gs://lake/u.zarr'\n{code}", "a.py").findings
