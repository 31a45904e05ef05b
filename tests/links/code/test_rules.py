"""Rules that real repositories asked for, each by the smallest code that needs it."""

from leap_kg.links.code import read_python, read_repository
from leap_kg.links.signal import Role, Signal

IMPORTS = "import xarray as xr, pandas as pd, fsspec, intake, pooch, zarr\n"


def read(code: str) -> list[Signal]:
    return list(read_python(IMPORTS + code, "a.py").signals)


def targets(code: str, method: str) -> list[str]:
    return [signal.target for signal in read(code) if signal.method == method]


def test_a_feedstock_writes_the_stores_of_its_catalogue() -> None:
    recipe = (
        "from leap_data_management_utils.data_management_transforms import Copy, get_catalog_store_urls\n"
        'urls = get_catalog_store_urls("feedstock/catalog.yaml")\n'
        "if not deployed():\n    urls = {key: False for key in urls.keys()}\n"
        'step = Copy(target=urls["rain"])\n'
    )
    catalogue = 'stores:\n  - id: rain\n    url: "gs://lab/rain.zarr"\n  - id: heat\n    url: "gs://lab/heat.zarr"\n'
    files = {"feedstock/recipe.py": recipe.encode(), "feedstock/catalog.yaml": catalogue.encode()}
    ((_, mined),) = read_repository(files)
    assert [(s.role, s.target) for s in mined.signals] == [(Role.WRITES, "gs://lab/rain.zarr")]


def test_functions_see_what_stood_before_main() -> None:
    code = (
        'URL = "gs://lab/first.zarr"\ndef load():\n    return xr.open_zarr(URL)\n'
        'if __name__ == "__main__":\n    URL = "gs://lab/second.zarr"\n    print(URL)\n'
    )
    assert targets(code, "D1") == ["gs://lab/first.zarr"]


def test_rows_of_a_table_lead_to_what_the_table_lists() -> None:
    code = (
        'df = pd.read_csv("https://host.org/stores.csv")\n'
        'some = df.query("x == 1").zstore.values[-1]\n'
        "xr.open_zarr(fsspec.get_mapper(some))\n"
        "for _, row in df.iterrows():\n    zarr.open(row.zstore)\n"
    )
    assert targets(code, "D1") == ["https://host.org/stores.csv"]
    assert set(targets(code, "D3")) == {"https://host.org/stores.csv#{*}"}
    assert len(targets(code, "D3")) == 2
    opened = 'col = intake.open_esm_datastore("https://host.org/c.json")\ncol.search(a="b").to_dataset_dict()\n'
    assert targets(opened, "D3") == ["https://host.org/c.json?a=b"]
    assert targets(opened.replace('.search(a="b")', ""), "D3") == ["https://host.org/c.json#{*}"]


def test_a_pattern_of_names_is_nearly_as_sure_as_a_name() -> None:
    (signal,) = read('xr.open_mfdataset("gs://lab/rain/*.nc")\n')
    assert (signal.exact, signal.confidence) == (True, 0.9)


def test_a_file_of_a_deposit_is_data() -> None:
    assert targets('pooch.retrieve(url="doi:10.5281/zenodo.1/rain.nc", known_hash=None)\n', "D1") == [
        "doi:10.5281/zenodo.1/rain.nc"
    ]


def test_two_addresses_in_one_are_none() -> None:
    assert read('u = "https://host.org/a/b.nc"\nxr.open_dataset("https://host.org/" + u)\n')[0].method != "D1"
    assert targets('intake.open_catalog("https://host.org/a   /b.yaml").x.to_dask()\n', "D3") == []
