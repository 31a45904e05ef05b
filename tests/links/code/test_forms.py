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
    "import pystac_client\nc = pystac_client.Client.open('https://host.org/stac')\nc.search(collections=['s2'])": {
        "https://host.org/stac",
        "https://host.org/stac#s2",
    },
    "import ee\nee.ImageCollection('ECMWF/ERA5/DAILY')\nee.Image('users/somebody/x')": {
        "https://developers.google.com/earth-engine/datasets/catalog/ECMWF_ERA5_DAILY"
    },
}


@pytest.mark.parametrize(("code", "targets"), SERVICES.items(), ids=range(len(SERVICES)))
def test_what_a_service_gives_is_a_candidate(code: str, targets: set[str]) -> None:
    signals = read_python(IMPORTS + code, "a.py").signals
    assert {(signal.target, signal.confidence) for signal in signals} == {(target, 0.6) for target in targets}


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
