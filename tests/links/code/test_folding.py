"""Addresses that are put together from pieces: each way of writing them gives the address that would be opened."""

import pytest

from leap_kg.links.code import read_python
from tests.links.code.reading import IMPORTS, found, found_among

STORE = ("D1", "gs://lake/year-1999.zarr")


@pytest.mark.parametrize(
    "code",
    [
        "xr.open_zarr('gs://lake/year-1999.zarr')",
        "url = 'gs://lake/' + 'year-' + str(1999) + '.zarr'\nxr.open_zarr(url)",
        "year = 1999\nxr.open_zarr(f'gs://lake/year-{year:04d}.zarr')",
        "xr.open_zarr('gs://lake/year-%04d.zarr' % 1999)",
        "xr.open_zarr('gs://%s/%s' % ('lake', 'year-1999.zarr'))",
        "xr.open_zarr('gs://{}/year-{y}.zarr'.format('lake', y=1999))",
        "ROOT = 'gs://lake'\nxr.open_zarr(os.path.join(ROOT, 'year-1999.zarr'))",
        "stores = {'a': 'gs://lake/year-1999.zarr'}\nxr.open_zarr(stores['a'])",
        "stores = ['gs://lake/year-1999.zarr']\nxr.open_zarr(stores[0])",
        "xr.open_zarr('GS://LAKE/YEAR-1999.ZARR'.lower())",
        "xr.open_zarr('gs://lake/XXXX.zarr'.replace('XXXX', 'year-1999'))",
        "xr.open_zarr('/'.join(['gs:/', 'lake', 'year-1999.zarr']))",
        "xr.open_zarr('gs://lake/year-1999.zarr/'.rstrip('/'))",
        "for name in ['year-1999']:\n    xr.open_zarr(f'gs://lake/{name}.zarr')",
        "[xr.open_zarr(f'gs://lake/year-{y}.zarr') for y in range(1999, 2000)]",
        "def load(name, root='gs://lake'):\n    return xr.open_zarr(f'{root}/{name}.zarr')\nload('year-1999')",
        "def at(name):\n    return 'gs://lake/' + name\nxr.open_zarr(at('year-1999.zarr'))",
        "at = lambda y: f'gs://lake/year-{y}.zarr'\nxr.open_zarr(at(1999))",
        "class Lake:\n    root = 'gs://lake'\n    def load(self):\n"
        "        return xr.open_zarr(self.root + '/year-1999.zarr')",
        "class Lake:\n    def __init__(self, root):\n        self.root = root\n    def load(self, y):\n"
        "        xr.open_zarr(f'{self.root}/year-{y}.zarr')\nLake('gs://lake').load(1999)",
        "xr.open_zarr(os.environ.get('STORE', 'gs://lake/year-1999.zarr'))",
        "import argparse\np = argparse.ArgumentParser()\n"
        "p.add_argument('--in-store', default='gs://lake/year-1999.zarr')\n"
        "args = p.parse_args()\nxr.open_zarr(args.in_store)",
        "from absl import flags\nPATH = flags.DEFINE_string('path', 'gs://lake/year-1999.zarr', 'x')\n"
        "xr.open_zarr(PATH.value)",
        "import click\n@click.command()\n@click.option('--store', default='gs://lake/year-1999.zarr')\n"
        "def main(store):\n    xr.open_zarr(store)",
        "m = fsspec.get_mapper('gs://lake/year-1999.zarr')\nds = xr.open_zarr(m)",
        "fs = gcsfs.GCSFileSystem()\nxr.open_zarr(fs.get_mapper('lake/year-1999.zarr'))",
        "fs = fsspec.filesystem('gcs')\nwith fs.open('lake/year-1999.zarr') as f:\n    xr.open_dataset(f)",
        "xr.open_dataset('simplecache::gs://lake/year-1999.zarr')",
        "root, name = 'gs://lake', 'year-1999'\nroot += f'/{name}.zarr'\nxr.open_zarr(root)",
        "from xarray import open_zarr as oz\noz(store='gs://lake/year-1999.zarr')",
        "ds = xr.open_dataset('reference://', engine='zarr', backend_kwargs={'storage_options':"
        " {'fo': 'gs://lake/year-1999.zarr'}})",
        "urls = []\nfor y in [1999]:\n    urls.append(f'gs://lake/year-{y}.zarr')\nxr.open_mfdataset(urls)",
    ],
)
def test_the_address_is_put_together(code: str) -> None:
    assert found(code) == [STORE]


def test_pieces_of_one_turn_or_arm_stay_together() -> None:
    pairs = "for a, b in [('x', 1), ('y', 2)]:\n    xr.open_zarr(f'gs://lake/{a}{b}.zarr')"
    assert found(pairs) == [("D1", "gs://lake/x1.zarr"), ("D1", "gs://lake/y2.zarr")]
    arms = "if big:\n    a, b = 'x', 1\nelse:\n    a, b = 'y', 2\nxr.open_zarr(f'gs://lake/{a}{b}.zarr')"
    assert found(arms) == [("D1", "gs://lake/x1.zarr"), ("D1", "gs://lake/y2.zarr")]
    told = "def load(kind):\n    if kind == 'x':\n        u = 'x1'\n    else:\n        u = 'y2'\n" \
        "    return f'gs://lake/{u}.zarr'\nxr.open_zarr(load('x'))"  # fmt: skip
    assert found(told) == [("D1", "gs://lake/x1.zarr")]


def test_what_is_not_told_is_a_template_and_without_a_root_nothing() -> None:
    assert found("def load(y):\n    xr.open_zarr(f'gs://lake/{y}/{y + 1}.zarr')") == [("D1", "gs://lake/{*}/{*}.zarr")]
    assert (
        found("def load(root):\n    xr.open_zarr(root + '/x.zarr')\n    xr.open_zarr(f'https://{root}/x.zarr')") == []
    )
    assert found("xr.open_zarr('data/x.zarr')\nPath('data') / 'x.nc'") == []


def test_too_many_values_are_one_template() -> None:
    code = "for y in range(1000):\n    xr.open_zarr(f'gs://lake/{y}.zarr')"
    assert found(code) == [("D1", "gs://lake/{*}.zarr")]
    listed = f"xr.open_mfdataset({[f'gs://lake/year/{n}.nc' for n in range(100)]})"
    assert ("D1", "gs://lake/year/{*}") in found(listed)


def test_constants_functions_and_settings_cross_files() -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/config.py": "ROOT = 'gs://lake'\nclass Stores:\n    rain = ROOT + '/rain.zarr'\n",
        "pkg/io.py": "import xarray as xr\nfrom .config import ROOT\ndef load(name):\n"
        "    xr.open_zarr(f'{ROOT}/{name}.zarr')\n"
        "def own():\n    xr.open_zarr('gs://lake/own.zarr')\n",
        "pkg/settings.yaml": "stores:\n  heat: gs://lake/heat.zarr\n",
        "book/a.py": "from pkg.io import load, own\nload('sea')\nown()\n",
        "book/b.py": "import xarray as xr\nfrom pkg import config\nxr.open_zarr(config.Stores.rain)\n",
        "book/c.py": "import xarray as xr, yaml\nwith open('../pkg/settings.yaml') as f:\n    s = yaml.safe_load(f)\n"
        "xr.open_zarr(s['stores']['heat'])\n",
    }
    assert found_among(files) == {
        # What another file opens of its own accord is that file's; what it is told to open is the caller's.
        "book/a.py": [("D1", "gs://lake/sea.zarr")],
        "book/b.py": [("D1", "gs://lake/rain.zarr")],
        "book/c.py": [("D1", "gs://lake/heat.zarr")],
        "pkg/config.py": [("D4", "gs://lake/rain.zarr")],
        "pkg/io.py": [("D1", "gs://lake/{*}.zarr"), ("D1", "gs://lake/own.zarr")],
    }


def test_imports_in_a_circle_end() -> None:
    files = {
        "a.py": "from b import NAME\nROOT = 'gs://lake'\n",
        "b.py": "from a import ROOT\nimport xarray as xr\nNAME = 'x'\nxr.open_zarr(ROOT + '/x.zarr')\n",
    }
    assert found_among(files)["b.py"] == [("D1", "gs://lake/x.zarr")]


def test_a_branch_on_a_loop_takes_the_turns_that_it_asks_for() -> None:
    code = (
        "for kind, name in [('coarse', 'a'), ('filter', 'b'), ('filter', 'c')]:\n    path = f'gs://lake/{name}.zarr'\n"
        "    if kind == 'coarse':\n        ds.to_zarr(path)\n"
        "    elif kind in ('filter',):\n        xr.open_zarr(path)\n"
        "    other.to_netcdf(f'gs://lake/{kind}.nc')\n"
    )
    assert found(code) == [
        ("D2", "gs://lake/a.zarr"),
        ("D1", "gs://lake/b.zarr"),
        ("D1", "gs://lake/c.zarr"),
        ("D2", "gs://lake/coarse.nc"),
        ("D2", "gs://lake/filter.nc"),
    ]


def test_what_a_constant_never_lets_happen_is_a_candidate() -> None:
    code = "WRITE = False\nif WRITE:\n    ds.to_zarr('gs://lake/a.zarr')\nelse:\n    xr.open_zarr('gs://lake/a.zarr')\n"
    signals = read_python(IMPORTS + code, "a.py").signals
    assert [(each.method, each.confidence) for each in signals] == [("D2", 0.75), ("D1", 0.97)]


def test_two_branches_on_one_loop_do_not_mix() -> None:
    """What the first branch chose by the turn, the second one chooses with."""
    code = (
        "def save(run, scenario):\n"
        "    if run == 'past':\n        activity = 'CMIP'\n    else:\n        activity = 'ScenarioMIP'\n"
        "    version = 'v1' if run != 'past' else 'v2'\n"
        "    ds.to_zarr(f'gs://lake/{activity}/{scenario}/{version}.zarr')\n"
        "scenarios = ['historical', 'ssp245', 'ssp585']\n"
        "for turn, number in enumerate([0, 1, 2]):\n"
        "    if number == 0:\n        run = 'past'\n    else:\n        run = 'future'\n"
        "    save(run, scenarios[turn])\n"
    )
    assert found(code) == [
        ("D2", "gs://lake/CMIP/historical/v2.zarr"),
        ("D2", "gs://lake/ScenarioMIP/ssp245/v1.zarr"),
        ("D2", "gs://lake/ScenarioMIP/ssp585/v1.zarr"),
    ]


def test_of_more_turns_than_are_kept_the_arms_remain() -> None:
    code = (
        "for number in range(20):\n    if number == 0:\n        run = 'past'\n    else:\n        run = 'future'\n"
        "    xr.open_zarr(f'gs://lake/{run}.zarr')\n"
    )
    assert found(code) == [("D1", "gs://lake/past.zarr"), ("D1", "gs://lake/future.zarr")]
