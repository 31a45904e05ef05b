"""Every spelling of a thing leads to its one node; what is not known stays an address, and nothing is guessed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.code import read_code
from leap_kg.links.files import File
from leap_kg.links.resolving import Target, resolve
from leap_kg.links.signal import UNKNOWN, Place, Role, Signal
from leap_kg.ontology.namespaces import DCT, SCHEMA
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.links.worlds import CODE, COMMIT, IMAGE, OCEAN, PAPER, known

WORLD = known()
FILE = File(CODE, "run.py", f"{CODE}/blob/{COMMIT}/run.py", "0" * 64)
GOTM = f"{BASE}store/nyu1.osn.mghpcc.org/leap/gotm.zarr"
HUB = f"{BASE}hub/hub.example.org"
LAND = [f"{BASE}store/gs/leap/land-{year}.zarr" for year in (2020, 2021)]


def found(target: str, role: Role = Role.READS) -> list[Target]:
    signal = Signal("D1", role, target, 0.97, Place("run.py", 1, 1, "x"))
    return resolve(signal, FILE, WORLD, BASE)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("gs://leap/ocean.zarr", OCEAN),
        ("gcs://leap/ocean.zarr/", OCEAN),
        ("https://storage.googleapis.com/leap/ocean.zarr", OCEAN),
        ("simplecache::gs://leap/ocean.zarr", OCEAN),
        ("gs://leap/ocean.zarr/temperature/0.0.0", OCEAN),
        ("https://nyu1.osn.mghpcc.org/leap/gotm.zarr", GOTM),
        ('gs://leap/a "b".zarr/.zmetadata', f"{BASE}store/gs/leap/a%20%22b%22.zarr"),
        ("https://raw.githubusercontent.com/lab/data/main/ocean.yaml#altimetry", f"{BASE}dataset/intake/altimetry"),
        ("https://github.com/lab/data/blob/main/master.yaml#ocean.altimetry", f"{BASE}dataset/intake/altimetry"),
        ("doi:10.5555/DATA.7", f"{BASE}dataset/ocean"),
    ],
)
def test_data_are_found_by_any_address(text: str, node: str) -> None:
    assert found(text) == [Target(node, known=True)]


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("https://doi.org/10.5555/PAPER.1", PAPER),
        ("10.5555/paper.1", PAPER),
        ("https://doi.org/10.48550/arXiv.2306.08754", "https://arxiv.org/abs/2306.08754"),
        ("arXiv:2306.08754v3", "https://arxiv.org/abs/2306.08754"),
        ("https://github.com/Lab/Old", CODE),
        ("https://zenodo.org/badge/latestdoi/77", "https://doi.org/10.5281/zenodo.9"),
    ],
)
def test_works_are_found_by_any_name(text: str, node: str) -> None:
    assert found(text, Role.CITES) == [Target(node, known=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pangeo/pangeo-notebook:2026.06.04", [Target(IMAGE, known=True)]),
        ("docker.io/pangeo/pangeo-notebook:2026.06.04", [Target(IMAGE, known=True)]),
        ("quay.io/lab/image:1", [Target(f"{BASE}image/quay.io/lab/image/1", known=False)]),
        ("https://hub.example.org/hub/x", [Target(HUB, known=True, says=SCHEMA("runtimePlatform"))]),
        ("https://mybinder.org/v2/gh/lab/code", []),
        ("./environment.yml", [Target(f"{CODE}/blob/{COMMIT}/environment.yml", known=False, says=DCT("requires"))]),
        ("./run.py", [Target(f"{CODE}/blob/main/run.py", known=True, says=DCT("requires"))]),
        ("python 3.11", []),
    ],
)  # fmt: skip
def test_environments(text: str, expected: list[Target]) -> None:
    assert found(text, Role.RUNS_IN) == expected


PULL = "hub/user-redirect/git-pull?repo=https://github.com"
ENVIRONMENT = (
    "https://hub.binder.org/v2/gh/lab/environment/main?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252F"
)


@pytest.mark.parametrize(
    ("text", "role", "sure"),
    [
        (f"https://hub.example.org/{PULL}/Lab/Code.git", Role.RUNS_IN, [True]),
        (f"https://hub.example.org/{PULL}/lab/old", Role.RUNS_IN, [True]),  # as it was called before
        (f"https://hub.example.org/{PULL}/lab/template", Role.RUNS_IN, []),
        ("https://hub.example.org/hub/user-redirect/git-pull?repo=https://gitlab.com/a/b", Role.RUNS_IN, [False]),
        (f"{ENVIRONMENT}lab%252Fcode", Role.RUNS_IN, [True]),
        (f"{ENVIRONMENT}lab%252Fother", Role.RUNS_IN, []),
        ("https://zenodo.org/badge/latestdoi/77", Role.ARCHIVED_AT, [True]),
        ("https://zenodo.org/badge/latestdoi/78", Role.ARCHIVED_AT, []),
        ("https://doi.org/10.5281/zenodo.9", Role.ARCHIVED_AT, [True]),
        ("https://doi.org/10.5281/zenodo.10", Role.ARCHIVED_AT, []),
    ],
)
def test_a_badge_or_a_launch_of_another_repository_is_not_said_of_this_one(
    text: str, role: Role, sure: list[bool]
) -> None:
    template = "https://github.com/lab/template"
    world = known(
        f"<{template}> a schema:SoftwareSourceCode ; owl:sameAs <https://api.github.com/repositories/78> ."
        f"<https://doi.org/10.5281/zenodo.10> a schema:SoftwareSourceCode ; dct:isPartOf <{template}/tree/v1.0> ."
        f"<{BASE}hub/hub.binder.org> a leap:HubDeployment ."
    )
    signal = Signal("E1", role, text, 0.97, Place("README.md", 1, 1, "x"))
    assert [target.exact for target in resolve(signal, FILE, world, BASE)] == sure
    if role is Role.RUNS_IN and sure:
        local = File(f"{BASE}local/code", "README.md", f"{BASE}local/code/README.md", "0" * 64)
        assert [target.exact for target in resolve(signal, local, world, BASE)] == [False]


def test_what_the_graph_does_not_know_stays_the_address_that_it_is() -> None:
    assert found("gs://other/thing.zarr") == [Target("gs://other/thing.zarr", known=False)]
    assert found("https://doi.org/10.5555/NONE", Role.CITES) == [Target("https://doi.org/10.5555/none", known=False)]
    assert found("/home/ada/thing.zarr") == []
    assert found("gs://leap") == [Target("gs://leap", known=False)]


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        (f"gs://leap/land-{UNKNOWN}.zarr", LAND),
        (f"gs://leap/land-{UNKNOWN}.zarr/{UNKNOWN}", LAND),
        (f"gs://leap/{UNKNOWN}-2020.zarr", LAND[:1]),
        (f"gs://{UNKNOWN}/land-2020.zarr", []),
        (f"gs://leap/{UNKNOWN}", []),
        (f"{UNKNOWN}/ocean.zarr", [OCEAN]),
        (f"{UNKNOWN}/n.zarr", []),
        (f"{UNKNOWN}/{UNKNOWN}.zarr", []),
        (UNKNOWN, []),
    ],
)
def test_a_pattern_gives_candidates_only(text: str, nodes: list[str]) -> None:
    assert found(text) == [Target(node, known=True, exact=False) for node in nodes]


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("gs://leap/land-*.zarr", LAND),
        ("simplecache::gcs://leap/land-202?.zarr", LAND),
        ("gs://leap/land-20[2-9][!1].zarr", LAND[:1]),
        ("gs://leap/**/*-2020.zarr", []),
        ("gs://leap/**-2020.zarr", LAND[:1]),
        ("https://storage.googleapis.com/leap/land-*.zarr", LAND),
        ("gs://leap/ocean.zarr/*/.zarray", [OCEAN]),
        ("osn://nyu1.osn.mghpcc.org/leap/g*.zarr", [GOTM]),
    ],
)
def test_a_glob_opens_every_store_that_fits(text: str, nodes: list[str]) -> None:
    stores = [target for target in found(text) if target.known]
    assert stores == [Target(node, known=True) for node in nodes]


def test_what_lies_below_or_above_a_glob_is_a_candidate() -> None:
    assert found("gs://leap/land-*.zarr/t/0.0") == [Target(node, known=True, exact=False) for node in LAND]
    assert found("gs://lea*/land-2020.zarr") == []
    assert found("s3://leap/g*.zarr") == [Target(GOTM, known=True, exact=False)]  # Amazon's bucket is another


@pytest.mark.parametrize(
    ("text", "address", "exact"),
    [
        ("gs://leap/sea-*.zarr", "gs://leap/sea-*.zarr", True),
        ("gs://other/[12]/a?.nc", "gs://other/%5B12%5D/a%3F.nc", True),
        (f"gs://leap/sea-{UNKNOWN}.zarr", "gs://leap/sea-*.zarr", False),
        (f"https://example.org/{UNKNOWN}/run.nc", "https://example.org/*/run.nc", False),
    ],
)
def test_a_pattern_that_no_store_fits_stays_the_address_that_the_file_has(text: str, address: str, exact: bool) -> None:
    for role in (Role.READS, Role.WRITES):
        assert found(text, role) == [Target(address, known=False, exact=exact)]
    assert [target.exact for target in found(text, Role.MENTIONS)] == []


def test_more_stores_than_a_pattern_can_mean_leave_its_address() -> None:
    stores = (
        f'<{BASE}store/gs/many/{n:02}.zarr> a leap:ZarrStore ; leap:storageURI "gs://many/{n:02}.zarr"^^xsd:anyURI .'
        for n in range(21)
    )
    world, signal = known("".join(stores)), Signal("D1", Role.READS, "gs://many/*.zarr", 0.9, Place("r.py", 1, 1, "x"))
    assert resolve(signal, FILE, world, BASE) == [Target("gs://many/*.zarr", known=False)]
    assert len(resolve(replace(signal, target="gs://many/0*.zarr"), FILE, world, BASE)) == 10


def test_a_catalogue_that_is_searched_is_the_dataset_made_of_it_and_never_its_repository() -> None:
    raw = "https://raw.githubusercontent.com/lab/tables/main/cmip6.json"
    tables = "https://github.com/lab/tables"
    world = known(
        f"<{tables}> a schema:SoftwareSourceCode ."
        f"<{BASE}dataset/esm/cmip6> a dcat:Dataset ; dct:source <{raw}> ."
        f"<{BASE}dataset/told> a dcat:Dataset ; dct:source <https://example.org/told.csv> ."
    )

    def told(method: str, target: str, via: str) -> list[Target]:
        return resolve(Signal(method, Role.READS, target, 0.6, Place("r.py", 1, 1, "x"), via), FILE, world, BASE)

    dataset = Target(f"{BASE}dataset/esm/cmip6", known=True)
    assert told("D1", raw, "intake.open_esm_datastore") == [dataset]
    assert told("D3", f"{raw}?source_id=CESM2&variable_id=tos*", "search") == [dataset]
    assert told("D1", f"{tables}/blob/main/cmip6.json", "intake.open_esm_datastore") == [dataset]
    assert told("D3", f"{raw}#{UNKNOWN}", "to_dataset_dict") == [replace(dataset, exact=False)]
    other = Target(f"{tables}/blob/main/other.json", known=False)
    assert told("D3", f"{tables}/blob/main/other.json?source_id=CESM2", "search") == [other]
    # Whoever reads a file as a file does not read the dataset that somebody described by it.
    assert told("D1", "https://example.org/told.csv", "pandas.read_csv") == [
        Target("https://example.org/told.csv", known=False)
    ]


def test_osn_without_its_server_leads_to_the_one_store_that_is_there() -> None:
    assert found("osn://leap/gotm.zarr") == [Target(GOTM, known=True)]
    assert found("osn://leap/gotm.zarr/t/0.0") == [Target(GOTM, known=True)]
    assert found("osn://leap/ocean.zarr") == [Target("osn://leap/ocean.zarr", known=False)]  # Google's is another
    assert found("osn://nyu1.osn.mghpcc.org/leap/gotm.zarr") == [Target(GOTM, known=True)]
    twice = GOTM.replace("nyu1", "ncsa")
    world = known(
        f'<{twice}> a leap:ZarrStore ; leap:storageURI "s3://leap/gotm.zarr"^^xsd:anyURI ; '
        'leap:storageEndpoint "https://ncsa.osn.mghpcc.org"^^xsd:anyURI .'
    )
    signal = Signal("D1", Role.READS, "osn://leap/gotm.zarr", 0.97, Place("r.py", 1, 1, "x"))
    assert resolve(signal, FILE, world, BASE) == [Target("osn://leap/gotm.zarr", known=False)]


ADDRESSES = st.from_regex(r"(gs|s3|osn|https|doi|arXiv)(://|:)[\w./#?{}*!%\[\]-]{0,40}", fullmatch=True)


@given(st.text(max_size=60) | ADDRESSES, st.sampled_from(Role))
@settings(max_examples=50, deadline=None)
def test_any_text_gives_absolute_iris_or_nothing(text: str, role: Role) -> None:
    for target in found(text, role):
        assert ":" in target.iri
        assert not set(target.iri) & set(' <>"{}|\\^`')


def test_a_store_on_this_machine_is_found_from_the_code_that_opens_it() -> None:
    (signal,) = read_code(
        b'import xarray\nROOT = "file:///data"\nxarray.open_zarr(ROOT + "/x.zarr")\n', "run.py"
    ).signals
    assert (signal.method, signal.target) == ("D1", "file:///data/x.zarr")
    assert resolve(signal, FILE, WORLD, BASE) == []  # the graph has no such store, and the path is nobody else's
