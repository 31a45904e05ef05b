"""Which calls read, which write, and what they are given."""

import pytest

from leap_kg.links.code import read_python
from leap_kg.links.signal import Role
from tests.links.code.reading import IMPORTS, found

READS = {
    "xr.open_mfdataset(['s3://lake/a.nc', 's3://lake/b.nc'])": ["s3://lake/a.nc", "s3://lake/b.nc"],
    "zarr.open('gs://lake/a.zarr', mode='r')": ["gs://lake/a.zarr"],
    "zarr.open_consolidated(store='gs://lake/a.zarr')": ["gs://lake/a.zarr"],
    "pd.read_csv('https://host.org/table?id=3')": ["https://host.org/table?id=3"],
    "import virtualizarr\nvirtualizarr.open_virtual_dataset('s3://lake/a.nc')": ["s3://lake/a.nc"],
    "fs = s3fs.S3FileSystem(anon=True)\nfs.glob('lake/year/*.nc')": ["s3://lake/year/*.nc"],
    "fs = s3fs.S3FileSystem(client_kwargs={'endpoint_url': 'https://nyu1.osn.mghpcc.org'})\n"
    "xr.open_zarr(s3fs.S3Map('lake/a.zarr', s3=fs))": ["https://nyu1.osn.mghpcc.org/lake/a.zarr"],
    "xr.open_zarr('s3://lake/a.zarr', storage_options=dict(endpoint_url='https://nyu1.osn.mghpcc.org'))": [
        "https://nyu1.osn.mghpcc.org/lake/a.zarr"
    ],
    "import requests\nrequests.get('https://host.org/a.nc')\nrequests.get('https://host.org/page')": [
        "https://host.org/a.nc"
    ],
    "from huggingface_hub import snapshot_download as get\nget('lab/rain', repo_type='dataset')": [
        "hf://datasets/lab/rain"
    ],
    "import huggingface_hub as hub\nhub.hf_hub_download(repo_id='lab/net', filename='w.pt')": ["hf://lab/net/w.pt"],
    "import os\nos.system('gsutil -m cp -r gs://lake/a.zarr .')": ["gs://lake/a.zarr"],
    "import icechunk\nst = icechunk.s3_storage(bucket='lake', prefix='ice')\nrepo = icechunk.Repository.open(st)\n"
    "xr.open_zarr(repo.readonly_session('main').store)": ["s3://lake/ice"],
    "from pangeo_forge_recipes.patterns import FilePattern, ConcatDim\ndef url(time):\n"
    "    return f'https://host.org/{time}.nc'\nFilePattern(url, ConcatDim('time', keys=[1, 2]))": [
        "https://host.org/1.nc",
        "https://host.org/2.nc",
    ],
}
WRITES = {
    "ds.to_zarr('gs://lake/a.zarr', mode='w')": ["gs://lake/a.zarr"],
    "ds.to_zarr(fsspec.get_mapper('gs://lake/a.zarr'))": ["gs://lake/a.zarr"],
    "(p | StoreToZarr(target_root='gs://lake/', store_name='a.zarr'))": ["gs://lake/a.zarr"],
    "with fsspec.open('gs://lake/a.nc', 'wb') as f:\n    ds.to_netcdf(f)": ["gs://lake/a.nc"],
    "fs = gcsfs.GCSFileSystem()\nfs.put('a.nc', 'lake/a.nc')": ["gs://lake/a.nc"],
    "zarr.open_group('gs://lake/a.zarr', mode='w')": ["gs://lake/a.zarr"],
}


@pytest.mark.parametrize(("code", "targets"), READS.items(), ids=range(len(READS)))
def test_reads(code: str, targets: list[str]) -> None:
    signals = read_python(IMPORTS + code, "a.py").signals
    assert [(s.role, s.method, s.target) for s in signals] == [(Role.READS, "D1", target) for target in targets]


@pytest.mark.parametrize(("code", "targets"), WRITES.items(), ids=range(len(WRITES)))
def test_writes(code: str, targets: list[str]) -> None:
    signals = read_python(IMPORTS + code, "a.py").signals
    assert [(s.role, s.method, s.target) for s in signals] == [(Role.WRITES, "D2", target) for target in targets]


def test_confidence_tells_exact_from_template() -> None:
    code = (
        "def f(y):\n    xr.open_zarr(f'gs://lake/{y}.zarr')\nxr.open_zarr('gs://lake/a.zarr')\nu = 'gs://lake/b.zarr'\n"
    )
    signals = read_python(IMPORTS + code, "a.py").signals
    assert [(s.exact, s.confidence) for s in signals] == [(False, 0.75), (True, 0.97), (True, 0.6)]


CATALOGUE = "cat = intake.open_catalog('https://host.org/master.yaml')\n"
ESM = "col = intake.open_esm_datastore('https://host.org/cmip6.json')\n"


@pytest.mark.parametrize(
    ("code", "target"),
    [
        (CATALOGUE + "cat['sea'].to_dask()", "https://host.org/master.yaml#sea"),
        (CATALOGUE + "cat.ocean.sea(chunks={}).to_dask()", "https://host.org/master.yaml#ocean.sea"),
        (CATALOGUE + "ocean = cat['ocean']\nocean['sea'].read()", "https://host.org/master.yaml#ocean.sea"),
        (CATALOGUE + "source = cat['sea']", "https://host.org/master.yaml#sea"),
        (ESM + "col.search(variable_id='tos')", "https://host.org/cmip6.json?variable_id=tos"),
        (
            ESM + "q = dict(table_id='Omon', source_id=['A', 'B'])\ncol.search(**q).search(variable_id='tos')",
            "https://host.org/cmip6.json?source_id=A&source_id=B&table_id=Omon&variable_id=tos",
        ),
    ],
)
def test_catalogues(code: str, target: str) -> None:
    (opened, entry) = read_python(IMPORTS + code, "a.py").signals
    assert (opened.method, opened.target) == ("D1", target.partition("#")[0].partition("?")[0])
    assert (entry.method, entry.target, entry.confidence) == ("D3", target, 0.6 if "?" in target else 0.9)


def test_a_literal_is_a_mention_unless_it_is_used_or_a_piece_of_what_is_used() -> None:
    assert found("OTHER = 'gs://lake/other.zarr'\nROOT = 'gs://lake/more/'\nxr.open_zarr(ROOT + 'a.zarr')") == [
        ("D4", "gs://lake/other.zarr"),
        ("D1", "gs://lake/more/a.zarr"),
    ]


def test_comments_and_docstrings_are_prose() -> None:
    code = '"""Reads gs://lake/a.zarr, see https://host.org/page.html."""\nx = 1  # (gs://lake/b.zarr)\ny = "# gs://lake/c"\n'
    signals = read_python(code, "a.py").signals
    assert [(s.method, s.target, s.via) for s in signals] == [
        ("D5", "gs://lake/a.zarr", "docstring"),
        ("D5", "gs://lake/b.zarr", "comment"),
    ]
