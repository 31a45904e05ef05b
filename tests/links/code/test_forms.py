"""The many forms in which code opens data: each is a small program, with what it reads and writes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.code import deposits, read_notebook, read_python, read_repository
from tests.links.code.reading import IMPORTS, notebook

Told = list[tuple[str, str]]


def used(code: str) -> Told:
    """Method and target of what the module reads and writes."""
    return [(s.method, s.target) for s in read_python(IMPORTS + code, "a.py").signals if s.method in ("D1", "D2", "D3")]


def used_among(code: str, path: str = "a.py", **files: str) -> Told:
    """The same, beside other files; `__` in a name stands for `/`, `_` before its last part for a dot."""
    named = {_path(name): text.encode() for name, text in files.items()}
    found = dict(read_repository({**named, path: (IMPORTS + code).encode()}))[path]
    return [(s.method, s.target) for s in found.signals if s.method in ("D1", "D2", "D3")]


def _path(name: str) -> str:
    stem, _, ending = name.replace("__", "/").rpartition("_")
    return f"{stem}.{ending}"


ZARR = [("D1", "gs://lake/a.zarr")]

PUT_TOGETHER = {
    "environment": "os.environ['U'] = 'gs://lake/a.zarr'\nxr.open_zarr(os.environ['U'])",
    "template": "from string import Template\nxr.open_zarr(Template('gs://lake/$v.zarr').substitute(v='a'))",
    "keywords": "def f(**kw):\n    return xr.open_zarr(kw['url'])\nf(url='gs://lake/a.zarr')",
    "options": "import argparse\nq = argparse.ArgumentParser()\nq.add_argument('--u', default='gs://lake/a.zarr')\n"
    "xr.open_zarr(vars(q.parse_args())['u'])",
    "factory": "from dataclasses import dataclass, field\n@dataclass\nclass C:\n"
    "    urls: dict = field(default_factory=lambda: {'a': 'gs://lake/a.zarr'})\nxr.open_zarr(C().urls['a'])",
    "namespace": "from types import SimpleNamespace\nxr.open_zarr(SimpleNamespace(u='gs://lake/a.zarr').u)",
    "match": "def u(v):\n    match v:\n        case 'a':\n            return 'gs://lake/a.zarr'\n        case _:\n"
    "            return 'gs://lake/b.zarr'\nxr.open_zarr(u('a'))",
    "bag": "import dask.bag as db\ndb.from_sequence(['gs://lake/a.zarr']).map(xr.open_zarr)",
    "folder": "xr.open_zarr(os.path.dirname('gs://lake/b.zarr') + '/a.zarr')",
    "signed": "import planetary_computer as pc\nxr.open_zarr(pc.sign('gs://lake/a.zarr'))",
    "mapper": "xr.open_zarr(gcsfs.mapping.GCSMap('lake/a.zarr'))",
    "root": "xr.open_zarr(gcsfs.GCSMap(root='lake/a.zarr', gcs=gcsfs.GCSFileSystem()))",
    "listing": "fs = gcsfs.GCSFileSystem()\nxr.open_mfdataset(['gs://' + f for f in ['gs://lake/a.zarr']])",
    "system": "fs = gcsfs.GCSFileSystem()\npd.read_parquet('lake/a.zarr', filesystem=fs)",
    "option": "import click\nU = 'gs://lake/a.zarr'\n@click.command()\n@click.option('--u-path', '-u', default=U)\n"
    "def f(u_path):\n    xr.open_zarr(u_path)",
    "filled": "u = {}\nfor k in ['a']:\n    u[k] = f'gs://lake/{k}.zarr'\nfor k in u:\n    xr.open_zarr(u[k])",
    "paths": "u = {}\nu[Path('x') / name()] = 'gs://lake/a.zarr'\nfor p, v in u.items():\n    xr.open_zarr(v)",
    "keyed": "u = {'a': 'gs://lake/a.zarr'}\nfor k, v in zip(u.keys(), u.values()):\n    xr.open_zarr(v)",
    "rest": "first, *rest = ['gs://lake/b.zarr', 'gs://lake/a.zarr']\nxr.open_mfdataset(rest)",
    "rows": "t = pd.DataFrame({'n': ['x'], 'u': ['gs://lake/a.zarr']})\nfor i, r in t.iterrows():\n"
    "    xr.open_zarr(r['u'])",
    "given": "c = settings()\nc.u = 'gs://lake/a.zarr'\nxr.open_zarr(c.u)",
    "store": "import tensorstore as ts\nts.open({'driver': 'zarr', 'kvstore': {'driver': 'gcs', 'bucket': 'lake', "
    "'path': 'a.zarr'}})",
    "text": "import tensorstore as ts\nts.open({'driver': 'zarr', 'kvstore': 'gs://lake/a.zarr'})",
    "generated": "def each():\n    for k in ['a']:\n        yield f'gs://lake/{k}.zarr'\nfor u in each():\n"
    "    xr.open_zarr(u)",
    "within": "from contextlib import contextmanager\n@contextmanager\ndef opened(u):\n    yield fsspec.open(u)\n"
    "with opened('gs://lake/a.zarr') as f:\n    xr.open_dataset(f)",
    "files": "xr.open_mfdataset([f.open() for f in fsspec.open_files(['gs://lake/a.zarr'])])",
    "class": "fs = fsspec.get_filesystem_class('gs')(token='x')\nxr.open_zarr(fs.get_mapper('lake/a.zarr'))",
    "opening": "fs = gcsfs.GCSFileSystem()\npd.read_parquet('lake/a.zarr', open_with=fs.open)",
    "url": "import yarl\nxr.open_zarr(str(yarl.URL('gs://lake') / 'a.zarr'))",
    "renamed": "from upath import UPath\nxr.open_zarr(UPath('gs://lake/b.nc').with_name('c.nc').with_suffix('.zarr').with_stem('a'))",
    "kept": "u = {k: {'v': [f'gs://lake/{k}.zarr']} for k in ['a', 'b']}\nxr.open_zarr(u['a']['v'][0])",
    "asked": "def f(u):\n    if u == 'gs://lake/a.zarr':\n        xr.open_zarr(u)\nf(unknown())",
    "cached": "fs = fsspec.filesystem('simplecache', target_protocol='gs')\nxr.open_zarr(fs.get_mapper('lake/a.zarr'))",
}


@pytest.mark.parametrize("code", PUT_TOGETHER.values(), ids=PUT_TOGETHER.keys())
def test_put_together(code: str) -> None:
    assert used(code) == ZARR


def test_dates_are_told() -> None:
    code = (
        "import datetime\nd = datetime.datetime(2000, 1, 31) + datetime.timedelta(days=1)\n"
        "xr.open_dataset(f's3://lake/{d:%Y%m%d}.nc')\nxr.open_dataset(d.strftime('s3://lake/%Y/%m.nc'))\n"
        "for e in pd.date_range('2001-01-01', periods=2, freq='MS'):\n    xr.open_dataset(f's3://lake/{e.month:02d}.nc')"
    )
    assert [target for _, target in used(code)] == [
        "s3://lake/20000201.nc",
        "s3://lake/2000/02.nc",
        "s3://lake/01.nc",
        "s3://lake/02.nc",
    ]


def test_products_of_lists() -> None:
    code = "import itertools\nfor v, y in itertools.product('ab', [1]):\n    pass\n"
    code += "for v, y in itertools.product(['a', 'b'], [1]):\n    xr.open_dataset(f's3://lake/{v}{y}.nc')"
    assert used(code) == [("D1", "s3://lake/a1.nc"), ("D1", "s3://lake/b1.nc")]


SETTINGS = "data:\n  root: gs://lake\n  url: ${data.root}/a.zarr\n"


def test_settings_beside_the_code() -> None:
    here = "import yaml\ncfg = yaml.safe_load((Path(__file__).parent / 'conf.yaml').read_text())\n"
    assert used_among(f"{here}xr.open_zarr(cfg['data']['url'])", conf_yaml=SETTINGS) == ZARR
    toml = "import tomllib\nwith open('conf.toml', 'rb') as f:\n    cfg = tomllib.load(f)\nxr.open_zarr(cfg['url'])"
    assert used_among(toml, conf_toml='url = "gs://lake/a.zarr"\n') == ZARR


def test_settings_of_configparser() -> None:
    code = "import configparser\nc = configparser.ConfigParser()\nc.read('conf.ini')\nxr.open_zarr(c['data']['url'])\n"
    assert used_among(code, conf_ini="[data]\nurl = gs://lake/a.zarr\n") == ZARR
    assert (
        used_among(code.replace("c['data']['url']", "c.get('data', 'url')"), conf_ini="[data]\nurl: gs://lake/a.zarr")
        == ZARR
    )
    assert used_among(code, conf_ini="no section\n") == []


def test_settings_composed_by_hydra() -> None:
    code = "import hydra\n@hydra.main(config_path='conf', config_name='config')\ndef main(cfg):\n"
    code += "    xr.open_zarr(cfg.data.url)\n"
    files = {
        "conf__config_yaml": "defaults:\n  - data: era\n  - _self_\n",
        "conf__data__era_yaml": "url: gs://lake/a.zarr\n",
    }
    assert used_among(code, **files) == ZARR


def test_settings_that_name_themselves_or_grow_without_end() -> None:
    code = "import yaml\ncfg = yaml.safe_load(open('c.yaml'))\nxr.open_zarr(cfg['a'])"
    assert all("{*}" in target for _, target in used_among(code, c_yaml="a: gs://lake/${b}\nb: ${a}\n"))
    many = "".join(f"k{n}: {f'${{k{n + 1}}}' * 200}\n" for n in range(7))
    assert used_among(code, c_yaml=f"a: gs://lake/${{k0}}\n{many}") == [("D1", "gs://lake/{*}")]


@given(st.text(max_size=40), st.text(max_size=12))
@settings(max_examples=50)
def test_dates_and_forms_of_any_kind(text: str, form: str) -> None:
    code = f"import datetime\nd = pd.to_datetime({text!r})\ne = datetime.datetime.strptime({text!r}, {form!r})\n"
    code += f"xr.open_dataset(pd.Timestamp('2000-01-01').strftime({form!r}))\n"
    code += f"for x in pd.date_range({text!r}, periods=3, freq={form!r}):\n    xr.open_dataset('s3://lake/' + str(x))\n"
    assert read_python(IMPORTS + code, "a.py").findings == ()


def test_dates_at_the_end_of_time() -> None:
    assert used(
        "for d in pd.date_range('9999-12-01', periods=9, freq='MS'):\n    xr.open_dataset(f's3://lake/{d:%Y}.nc')"
    ) == [("D1", "s3://lake/9999.nc")]
    assert used("import datetime\nd = datetime.datetime(9999, 12, 31) + datetime.timedelta(days=9)") == []


@given(st.text(max_size=60))
@settings(max_examples=50)
def test_any_text_is_a_deposit_or_none(text: str) -> None:
    found = deposits.address(text)
    assert found is None or found.startswith(("https://doi.org/10.", "https://zenodo.org/records/"))


@given(st.text(alphabet="{}$'\"ab[]() +.", max_size=30))
@settings(max_examples=50)
def test_any_hole_of_a_command(text: str) -> None:
    line = f"!wget https://host.org/{text}"
    signals = read_notebook(notebook(f"a = 'x'\n{line}"), "a.ipynb").signals
    assert all(signal.place.quote in line for signal in signals)


POOCH = (
    "import pooch\nP = pooch.create(path='x', base_url='https://host.org/{version}/', version='v1', "
    "registry={'a.nc': None}, urls={'b.nc': 'https://other.org/z/b.nc'})\n"
)


def test_files_of_a_registry() -> None:
    assert used(f"{POOCH}xr.open_dataset(P.fetch('a.nc'))") == [("D1", "https://host.org/v1/a.nc")]
    assert used(f"{POOCH}P.fetch('b.nc')") == [("D1", "https://other.org/z/b.nc")]
    assert used(f"{POOCH}for n in P.registry:\n    P.fetch(n)") == [("D1", "https://host.org/v1/a.nc")]


STORES = {
    "import icechunk as ic\nst = ic.http_storage('https://host.org/ice')\n"
    "xr.open_zarr(ic.Repository.open(st).readonly_session('main').store)": [("D1", "https://host.org/ice")],
    "import icechunk\nst = icechunk.Storage.new_s3(bucket='lake', prefix='ice')\n"
    "xr.open_zarr(icechunk.Repository.open(st).readonly_session('main').store)": [("D1", "s3://lake/ice")],
    "import icechunk\nfrom icechunk.xarray import to_icechunk\n"
    "repo = icechunk.Repository.create(icechunk.s3_storage(bucket='out', prefix='p'))\n"
    "to_icechunk(ds, repo.writable_session('main'))": [("D2", "s3://out/p")],
    "import obstore as obs\nfrom obstore.store import S3Store\nobs.get(S3Store('lake'), 'a/b.nc')": [
        ("D1", "s3://lake/a/b.nc")
    ],
    "from obstore.store import from_url\nfrom virtualizarr import open_virtual_dataset\n"
    "from virtualizarr.registry import ObjectStoreRegistry\nb = 's3://lake'\n"
    "reg = ObjectStoreRegistry({b: from_url(b)})\nopen_virtual_dataset(url=f'{b}/a.nc', registry=reg)": [
        ("D1", "s3://lake/a.nc")
    ],
    "st = xr.backends.PydapDataStore.open('https://host.org/dodsC/a')\nxr.open_dataset(st)": [
        ("D1", "https://host.org/dodsC/a")
    ],
    "import duckdb\nduckdb.sql(\"COPY (SELECT * FROM 's3://lake/a.parquet') TO 's3://out/b.parquet'\")": [
        ("D1", "s3://lake/a.parquet"),
        ("D2", "s3://out/b.parquet"),
    ],
    "import uxarray as ux\nux.open_dataset('s3://lake/grid.nc', 's3://lake/data.nc')": [
        ("D1", "s3://lake/grid.nc"),
        ("D1", "s3://lake/data.nc"),
    ],
    "from ftplib import FTP\nf = FTP('ftp.host.org')\nf.cwd('pub')\nf.cwd('x')\nf.retrbinary('RETR a.nc', print)": [
        ("D1", "ftp://ftp.host.org/pub/x/a.nc")
    ],
    "fs = fsspec.filesystem('ftp', host='ftp.host.org')\npd.read_csv(fs.open('/pub/a.csv'))": [
        ("D1", "ftp://ftp.host.org/pub/a.csv")
    ],
    "from fsspec.implementations.sftp import SFTPFileSystem\nSFTPFileSystem('host.org').get('pub/a.nc', 'a.nc')": [
        ("D1", "sftp://host.org/pub/a.nc")
    ],
    "from pelicanfs.core import OSDFFileSystem\nxr.open_dataset(OSDFFileSystem().open('/lab/dir/a.nc'))": [
        ("D1", "osdf:///lab/dir/a.nc")
    ],
    "fs = fsspec.filesystem('osdf')\nxr.open_zarr(fs.get_mapper('lab/dir/a.zarr'))": [("D1", "osdf:///lab/dir/a.zarr")],
    "from siphon.catalog import get_latest_access_url\n"
    "get_latest_access_url('https://host.org/thredds/catalog/a/catalog.xml', 'NCSS')": [
        ("D1", "https://host.org/thredds/catalog/a/catalog.xml")
    ],
    "from h5coro import h5coro, s3driver\nh5coro.H5Coro('s3://lake/a.h5', s3driver.S3Driver)": [
        ("D1", "s3://lake/a.h5")
    ],
    "from kerchunk.df import refs_to_dataframe\nrefs_to_dataframe(refs, 's3://out/a.parq')": [
        ("D2", "s3://out/a.parq")
    ],
    "from fsspec.implementations.reference import LazyReferenceMapper\n"
    "LazyReferenceMapper.create(root='s3://out/a.parq', fs=fs)": [("D2", "s3://out/a.parq")],
    "import lab\nlab.to_zarr(ds, 's3://out/a.zarr')": [("D2", "s3://out/a.zarr")],
    "import urllib.request\nurllib.request.urlopen('https://host.org/oni.txt').readlines()": [
        ("D1", "https://host.org/oni.txt")
    ],
    "from urllib.request import urlretrieve\nurlretrieve('https://ndownloader.figshare.com/files/123', name())": [
        ("D1", "https://ndownloader.figshare.com/files/123")
    ],
    "xr.open_dataset('s3://lake/a_' + str(7).rjust(3, '0') + '.nc')": [("D1", "s3://lake/a_007.nc")],
    "import geopandas as gpd\ngpd.read_file('zip+https://host.org/a.zip!x.shp')": [("D1", "https://host.org/a.zip")],
    "import gdown\ngdown.download(id='1abcDEF', output='x.nc')": [("D1", "https://drive.google.com/uc?id=1abcDEF")],
    "import zenodo_get\nzenodo_get.download('10.5281/zenodo.123')": [("D1", "https://doi.org/10.5281/zenodo.123")],
    "get_ipython().system('wget https://host.org/a.nc')": [("D1", "https://host.org/a.nc")],
}


@pytest.mark.parametrize(("code", "told"), STORES.items(), ids=range(len(STORES)))
def test_stores_and_downloads(code: str, told: Told) -> None:
    assert used(code) == told


def test_a_bucket_alone_is_a_candidate_only() -> None:
    (signal,) = read_python("from obstore.store import S3Store\nst = S3Store('lake')\n", "a.py").signals
    assert (signal.target, signal.confidence) == ("s3://lake/", 0.75)


def test_a_download_is_data_by_the_name_that_it_gets() -> None:
    code = "from urllib.request import urlretrieve\nurlretrieve('https://host.org/get?file=3', '{}')"
    sure, unsure = (read_python(code.format(name), "a.py").signals[0] for name in ("a.nc", "page"))
    assert (sure.confidence, unsure.confidence) == (0.97, 0.75)


SERVICES = {
    "import earthaccess\nr = earthaccess.search_data(doi='10.5067/GHGMR-4FJ04')\nearthaccess.download(r, 'x')": {
        "https://doi.org/10.5067/GHGMR-4FJ04"
    },
    "import cdsapi\nc = cdsapi.Client()\nc.retrieve('reanalysis-era5-land', {}, 'a.nc')": {
        "https://cds.climate.copernicus.eu/datasets/reanalysis-era5-land"
    },
    "import ee\nee.ImageCollection('ECMWF/ERA5/DAILY')\nee.Image('users/somebody/x')": {
        "https://developers.google.com/earth-engine/datasets/catalog/ECMWF_ERA5_DAILY"
    },
}


@pytest.mark.parametrize(("code", "targets"), SERVICES.items(), ids=range(len(SERVICES)))
def test_what_a_service_gives_is_a_candidate(code: str, targets: set[str]) -> None:
    signals = read_python(IMPORTS + code, "a.py").signals
    assert {(signal.target, signal.confidence) for signal in signals} == {(target, 0.6) for target in targets}


def test_a_catalogue_that_a_service_has_is_read_and_a_search_of_it_is_a_candidate() -> None:
    code = "import pystac_client\nc = pystac_client.Client.open('https://host.org/stac')\nc.search(collections=['s2'])"
    signals = read_python(IMPORTS + code, "a.py").signals
    told = [(each.method, each.target, each.confidence) for each in signals]
    assert told == [("D1", "https://host.org/stac", 0.97), ("D3", "https://host.org/stac#s2", 0.6)]


def test_erddap_is_told_bit_by_bit() -> None:
    code = "from erddapy import ERDDAP\ne = ERDDAP(server='https://host.org/erddap', protocol='tabledap')\n"
    (signal,) = read_python(f"{code}e.dataset_id = 'buoy'\ndf = e.to_pandas()\n", "a.py").signals
    assert (signal.target, signal.confidence) == ("https://host.org/erddap/tabledap/buoy", 0.75)


CATALOGUE = "sources:\n  sst:\n    driver: zarr\n    args:\n      urlpath: gs://lake/a.zarr\n"


def test_a_catalogue_of_the_repository_tells_what_it_opens() -> None:
    assert used_among("intake.open_catalog('cat.yaml')['sst'].to_dask()", cat_yaml=CATALOGUE) == [
        ("D3", "gs://lake/a.zarr")
    ]
    below = "sources:\n  ocean:\n    driver: yaml_file_cat\n    args:\n      path: '{{CATALOG_DIR}}/ocean.yaml'\n"
    code = "intake.open_catalog('cats/master.yaml').ocean.sst.to_dask()"
    assert used_among(code, cats__master_yaml=below, cats__ocean_yaml=CATALOGUE) == [("D3", "gs://lake/a.zarr")]


def test_names_promise_reading() -> None:
    (signal,) = read_python(
        "import lab\nlab.open_remote('s3://lake/a.nc')\nlab.plot('s3://lake/b.nc')\n", "a.py"
    ).signals[:1]
    assert (signal.method, signal.target, signal.confidence) == ("D1", "s3://lake/a.nc", 0.85)
    assert used("import lab\nlab.open_url('https://host.org/a.nc')\nlab.plot('s3://lake/b.nc')") == []


REACHED = {
    "def f(paths):\n    return xr.open_dataset(paths)\nf(shuffle(['s3://lake/a.nc']))": {("s3://lake/a.nc", 0.4)},
    "base = 's3://lake/era'\nfor f in listed(base):\n    xr.open_dataset(f)": {("s3://lake/era/{*}", 0.4)},
    "r = search('https://host.org/api/x')\nxr.open_dataset(r)": set[tuple[str, float]](),
    "d = clean('s3://lake/in.nc')\nds.to_zarr(moved(d))": set[tuple[str, float]](),
}


@pytest.mark.parametrize(("code", "told"), REACHED.items(), ids=range(len(REACHED)))
def test_what_may_reach_a_call_is_a_candidate(code: str, told: set[tuple[str, float]]) -> None:
    signals = read_python(IMPORTS + code, "a.py").signals
    assert {(s.target, s.confidence) for s in signals if s.method in ("D1", "D2")} == told


def test_what_another_file_tells_may_reach_a_call() -> None:
    code = "import paths\nfor v in variables():\n    xr.open_zarr(chosen(paths.ALL, v))\n"
    files = {"paths.py": b"ALL = {'a': 'gs://lake/a.zarr'}\n", "a.py": (IMPORTS + code).encode()}
    told = {(s.target, s.confidence) for s in dict(read_repository(files))["a.py"].signals}
    assert told == {("gs://lake/a.zarr", 0.4)}


def test_defaults_of_functions_that_nobody_calls_decide_no_branch() -> None:
    code = "def f(new=False):\n    u = 'gs://lake/a.zarr' if new else 'gs://lake/b.zarr'\n    return xr.open_zarr(u)\n"
    assert used(code) == [("D1", "gs://lake/a.zarr"), ("D1", "gs://lake/b.zarr")]
    assert used(f"{code}f()") == [("D1", "gs://lake/b.zarr")]


CELLS = {
    "%%bash\nU=https://host.org\nfor y in 2000 2001; do\n  wget $U/$y.nc\ndone": [
        "https://host.org/2000.nc",
        "https://host.org/2001.nc",
    ],
    "u = {'a': 'https://host.org/'}\n!wget {u['a'] + 'a.nc'}": ["https://host.org/a.nc"],
    "!zenodo_get -r 123456": ["https://zenodo.org/records/123456"],
    "!wget 'https://host.org/get?file=3' -O x.nc": ["https://host.org/get?file=3"],
    "!cdo remapbil,grid https://host.org/a.nc b.nc": ["https://host.org/a.nc"],
    "!kaggle competitions download -c leap": ["https://www.kaggle.com/competitions/leap"],
}


@pytest.mark.parametrize(("cell", "targets"), CELLS.items(), ids=range(len(CELLS)))
def test_cells_that_go_to_a_shell(cell: str, targets: list[str]) -> None:
    signals = read_notebook(notebook(cell), "a.ipynb").signals
    assert [s.target for s in signals if s.method == "D1"] == targets
    assert all(s.place.quote in cell for s in signals)


@pytest.mark.parametrize("ending", ["py", "ipynb"])
def test_what_a_notebook_runs_first(ending: str) -> None:
    common = "URL = 'gs://lake/a.zarr'\n"
    body = notebook(common) if ending == "ipynb" else common.encode()
    files = {f"common.{ending}": body, "a.ipynb": notebook(IMPORTS, f"%run ./common.{ending}", "xr.open_zarr(URL)")}
    assert [s.target for s in dict(read_repository(files))["a.ipynb"].signals] == ["gs://lake/a.zarr"]


def test_a_pattern_below_a_path_is_the_pattern() -> None:
    code = "from upath import UPath\nfor f in UPath('gs://lake/d').glob('*.nc'):\n    xr.open_dataset(f)"
    assert used(code) == [("D1", "gs://lake/d/*.nc")]
    assert used(code.replace("glob('*", "rglob('*")) == [("D1", "gs://lake/d/**/*.nc")]


@pytest.mark.parametrize("day", ["day.strftime('%Y/%m')", "datetime.utcnow().strftime('%Y/%m')"])
def test_dates_that_nobody_knows_are_unknown_pieces(day: str) -> None:
    code = f"from datetime import datetime\nxr.open_dataset('https://host.org/' + {day} + '/a.nc')"
    assert used(code) == [("D1", "https://host.org/{*}/{*}/a.nc")]
    assert used("xr.open_dataset(day.strftime('https://host.org/%Y%m%d.nc'))") == [("D1", "https://host.org/{*}.nc")]


def test_what_lies_somewhere_for_a_while_is_not_read() -> None:
    code = (
        "from rechunker import rechunk\nfs = gcsfs.GCSFileSystem()\ntmp = fs.get_mapper('lake/tmp.zarr')\n"
        "rechunk(zarr.open('gs://lake/a.zarr'), {}, '1GB', fs.get_mapper('lake/b.zarr'), temp_store=tmp)"
    )
    assert used(code) == [("D1", "gs://lake/a.zarr"), ("D2", "gs://lake/b.zarr")]


def test_a_module_of_a_package_is_not_the_library_of_its_name() -> None:
    inside = {"pkg__xarray_py": "def open_zarr(u):\n    return 1\n", "pkg____init___py": ""}
    assert used_among("xr.open_zarr('gs://lake/a.zarr')", "pkg/main.py", **inside) == ZARR
    assert used_among("from .xarray import open_zarr\nopen_zarr(place)", "pkg/main.py", **inside) == []


UNTOLD = {
    "def f(root):\n    ds.to_zarr(f'{root}/daily.zarr')": [("D2", "{*}/daily.zarr")],
    "def f(bucket):\n    xr.open_zarr(f's3://{bucket}/daily.zarr')": [("D1", "s3://{*}/daily.zarr")],
    "fs = s3fs.S3FileSystem()\nxr.open_dataset(fs.open(told()))": [("D1", "s3://{*}"), ("D1", "s3://{*}")],
    "def f(root):\n    with fsspec.open(f'{root}/daily.csv', 'w') as o:\n        pass": [("D2", "{*}/daily.csv")],
    "def f(root):\n    pd.read_csv(f'{root}/daily.csv', storage_options={'anon': True})": [("D1", "{*}/daily.csv")],
    "def f(root):\n    pd.read_csv(f'{root}/daily.csv')": [],
    "def f(root):\n    xr.open_dataset(f'{root}/{name()}.zarr')": [],
    "import os\nxr.open_dataset(os.path.join(os.getcwd(), 'daily.zarr'))": [],
    "import tempfile\nds.to_zarr(os.path.join(tempfile.mkdtemp(), 'daily.zarr'))": [],
    "def f(name):\n    xr.open_dataset(f'data/{name}.zarr')": [],
    "def f(host):\n    xr.open_dataset(f'https://{host}/daily.zarr')": [],
}


@pytest.mark.parametrize(("code", "told"), UNTOLD.items(), ids=range(len(UNTOLD)))
def test_where_nobody_knows_the_root_is_a_candidate_of_little_confidence(code: str, told: Told) -> None:
    signals = [each for each in read_python(IMPORTS + code, "a.py").signals if each.method in ("D1", "D2")]
    assert [(each.method, each.target) for each in signals] == told
    assert all(each.confidence == 0.3 for each in signals)


def test_what_is_passed_whole_is_sure_however_far_it_goes() -> None:
    files = {
        "deep_py": "import xarray as xr\ndef last(u):\n    return xr.open_dataset(u)\n"
        "def middle(u):\n    return last(u)\ndef first(u):\n    return middle(u)\n"
        "def other(u):\n    return middle(u + '/b.nc')\n"
        "def pick(u):\n    if unknown():\n        v = u + '/c.nc'\n    else:\n        v = u + '/d.nc'\n"
        "    return last(v)\n"
        "def either(u):\n    return pick(u)\n"
    }
    named = {_path(name): text.encode() for name, text in files.items()}
    code = "from deep import first, other\nfirst('https://host.org/a.nc')\nother('https://host.org')\n"
    code += "from deep import either\neither('https://host.org')\n"
    signals = dict(read_repository({**named, "a.py": code.encode()}))["a.py"].signals
    told = [(each.target, each.confidence) for each in signals]
    assert told == [
        ("https://host.org/a.nc", 0.97),
        ("https://host.org/b.nc", 0.97),
        ("https://host.org/c.nc", 0.75),
        ("https://host.org/d.nc", 0.75),
    ]


def test_what_one_call_reads_hides_only_what_it_would_read_without_it() -> None:
    opener = "def load(name, root='gs://lake'):\n    return xr.open_zarr(f'{root}/{name}.zarr')\n"
    assert used(opener + "load('a')") == ZARR
    both = used(opener + "load('a')\nload(unknown(), 'gs://other')")
    assert both == [*ZARR, ("D1", "gs://other/{*}.zarr")]


FOLDERS = {
    "m = fsspec.get_mapper('https://host.org/tags/')\npd.read_csv(m.dirfs.open('a/b.csv'))": "https://host.org/tags/a/b.csv",
    "from fsspec.implementations.dirfs import DirFileSystem\n"
    "d = DirFileSystem('lake/x', fs=s3fs.S3FileSystem())\nxr.open_dataset(d.open('a.nc'))": "s3://lake/x/a.nc",
    "d = fsspec.filesystem('dir', path='gs://lake/x/', fs=gcsfs.GCSFileSystem())\n"
    "xr.open_zarr(d.get_mapper('a.zarr'))": "gs://lake/x/a.zarr",
}


@pytest.mark.parametrize(("code", "target"), FOLDERS.items(), ids=range(len(FOLDERS)))
def test_a_folder_of_a_file_system_is_one_of_its_own(code: str, target: str) -> None:
    assert used(code) == [("D1", target)]


GROWING = {
    "urls = list()\nurls.append('{u}')\nfor u in urls:\n    xr.open_zarr(u)",
    "urls = set()\nurls.add('{u}')\nfor u in urls:\n    xr.open_zarr(u)",
    "from collections import defaultdict\nd = defaultdict(list)\nd['k'].append('{u}')\n"
    "for k, urls in d.items():\n    for u in urls:\n        xr.open_zarr(u)",
    "d = {{}}\nd.setdefault('k', []).append('{u}')\nfor u in d['k']:\n    xr.open_zarr(u)",
    "class C:\n    def __init__(self):\n        self.urls = []\n    def go(self):\n        self.urls.append('{u}')\n"
    "        for u in self.urls:\n            xr.open_zarr(u)\nC().go()",
}


@pytest.mark.parametrize("code", sorted(GROWING))
def test_lists_grow_wherever_they_stand(code: str) -> None:
    assert used(code.format(u="gs://lake/a.zarr")) == ZARR


def test_what_grows_in_an_unknown_place_hides_nothing() -> None:
    assert used("d = {'k': 'gs://lake/a.zarr'}\nd[unknown()].append('x')\nxr.open_zarr(d['k'])") == ZARR
    assert used("unknown.setdefault().append('x')\nxr.open_zarr('gs://lake/a.zarr')") == ZARR


@pytest.mark.parametrize("maker", ["retry(stop=3)(read)", "unknown(read)", "library.unknown(read)"])
def test_a_function_that_a_call_takes_alone_comes_out_of_it(maker: str) -> None:
    code = f"from tenacity import retry\nimport library\ndef read(u):\n    return xr.open_zarr(u)\nf = {maker}\n"
    assert used(f"{code}f('gs://lake/a.zarr')") == ZARR


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("xr.open_zarr(fs.get_mapper('gs://lake/a.zarr'))", ZARR),
        ("fs.put('a', 'gs://lake/a.zarr')", [("D2", "gs://lake/a.zarr")]),
        ("fs.get_mapper('lake/a.zarr')", []),
        ("page.open('https://host.org/a')", [("D1", "https://host.org/a")]),
    ],
)
def test_an_object_that_nobody_defines_may_be_a_file_system(code: str, told: Told) -> None:
    assert used(code) == told


@pytest.mark.parametrize("fields", ["'name url'", "'name, url'", "['name', 'url']"])
def test_tuples_with_names(fields: str) -> None:
    start = f"from collections import namedtuple\nS = namedtuple('S', {fields})\n"
    assert used(f"{start}for s in [S('n', 'gs://lake/a.zarr')]:\n    xr.open_zarr(s.url)") == ZARR
    assert used(f"{start}xr.open_zarr(S(url='gs://lake/a.zarr', name='n').url)") == ZARR


FILLED_IN = {
    "xr.open_zarr('gs://lake/{n}.zarr'.format_map({'n': 'a'}))",
    "xr.open_zarr('gs://lake/%(n)s.zarr' % {'n': 'a'})",
    "xr.open_zarr('gs://lake/%(n)s.zarr' % dict(n='a', m=2))",
    "for n in ['a']:\n    xr.open_zarr('gs://lake/NAME.zarr'.replace('NAME', n))",
    "xr.open_zarr(next(iter(['gs://lake/a.zarr', 'gs://lake/b.zarr'])))",
}


@pytest.mark.parametrize("code", sorted(FILLED_IN))
def test_templates_are_filled_in_by_names(code: str) -> None:
    assert used(code) == ZARR


def test_what_takes_the_place_of_a_word_may_be_several_or_unknown() -> None:
    several = "for n in ['a', 'b']:\n    xr.open_zarr('gs://lake/NAME.zarr'.replace('NAME', n))"
    assert used(several) == [("D1", "gs://lake/a.zarr"), ("D1", "gs://lake/b.zarr")]
    assert used("xr.open_zarr('gs://lake/NAME.zarr'.replace('NAME', n()))") == [("D1", "gs://lake/{*}.zarr")]


def test_a_function_of_the_repository_is_followed_though_a_method_has_its_name() -> None:
    utils = "def write_parquet(df, path, key):\n    df.to_parquet(path, storage_options={'key': key})\n"
    code = "from pkg import utils\nutils.write_parquet(df, 's3://lake/a.parquet', key)"
    assert used_among(code, pkg__utils_py=utils) == [("D2", "s3://lake/a.parquet")]


def test_what_one_turn_chooses_is_not_mixed_with_what_another_does() -> None:
    code = (
        "class A:\n    root = 's3://lake'\n    def get(self, name):\n        xr.open_zarr(f'{self.root}/{name}.zarr')\n"
    )
    code += "class B(A):\n    root = 's3://pond'\n"
    code += "for of, name in [(A(), 'a'), (B(), 'b')]:\n    of.get(name)\n"
    assert sorted(used(code)) == [("D1", "s3://lake/a.zarr"), ("D1", "s3://pond/b.zarr")]


def test_services_of_maps_are_candidates() -> None:
    code = "from owslib.wms import WebMapService\nWebMapService('https://host.org/wms', version='1.3.0')"
    (signal,) = read_python(IMPORTS + code, "a.py").signals
    assert (signal.target, signal.confidence) == ("https://host.org/wms", 0.6)
