"""Julia: constants put together, the calls that read and write, artifacts, and what crosses from file to file."""

import pytest

from leap_kg.links.code.languages.files import read_source
from tests.links.code.languages.reading import found, opened, together

BASE = 'const BASE = "https://host.org/d"\n'

READS = {
    'ds = NCDataset("$BASE/a.nc")': ["https://host.org/d/a.nc"],
    'NCDataset(BASE * "/a" * ".nc") do ds\n  ds["v"]\nend': ["https://host.org/d/a.nc"],
    'Zarr.zopen(string(BASE, "/a.zarr"), consolidated=true)': ["https://host.org/d/a.zarr"],
    'open_dataset(joinpath(BASE, "a.zarr"))': ["https://host.org/d/a.zarr"],
    'using CSV, DataFrames\nCSV.read(Downloads.download("$(BASE)/a.csv"), DataFrame)': ["https://host.org/d/a.csv"],
    'CSV.File(HTTP.get("$BASE/a.csv").body)': ["https://host.org/d/a.csv"],
    'HTTP.request("GET", "https://host.org/a.nc")\nHTTP.get("https://host.org/page")': ["https://host.org/a.nc"],
    'for y in 2001:2002, v in ["p", "q"]\n  download("$BASE/$v$y.nc", "x.nc")\nend': [
        f"https://host.org/d/{v}{y}.nc" for v in "pq" for y in (2001, 2002)
    ],
    'urls = ["s3://lake/$(n).nc" for n in ("a", "b")]\nmap(NCDataset, urls)': ["s3://lake/a.nc", "s3://lake/b.nc"],
    'Downloads.download.("s3://lake/" .* ["a.nc", "b.nc"], ["a", "b"])': ["s3://lake/a.nc", "s3://lake/b.nc"],
    'd = Dict("a" => "s3://lake/a.nc", "b" => "s3://lake/b.nc")\nfor (k, v) in d\n  Raster(v)\nend': [
        "s3://lake/a.nc",
        "s3://lake/b.nc",
    ],
    'd = Dict(:a => "s3://lake/a.nc", :b => "s3://lake/b.nc")\nRaster(d[:b])': ["s3://lake/b.nc"],
    'cfg = (root = "s3://lake", n = 3)\nNCDataset(cfg.root * "/$(cfg.n).nc")': ["s3://lake/3.nc"],
    'f(n; root="s3://lake") = NCDataset("$root/$n.nc")\nf("a")\nf("b"; root = "s3://pond")': [
        "s3://lake/a.nc",
        "s3://pond/b.nc",
    ],
    'function f(u::String="s3://lake/a.nc")\n  Cube(u)\nend': ["s3://lake/a.nc"],
    'where() = "s3://lake/a.jld2"\nJLD2.load(where())': ["s3://lake/a.jld2"],
    'u = isbig ? "s3://lake/big.nc" : "s3://lake/small.nc"\nncread(u, "v")': ["s3://lake/big.nc", "s3://lake/small.nc"],
    'u = if isbig; "s3://lake/big.nc" else "s3://lake/small.nc" end\nNetCDF.open(u)': [
        "s3://lake/big.nc",
        "s3://lake/small.nc",
    ],
    'register(DataDep("n", "words https://host.org/page", ["https://host.org/a.zip"], "sum"))': [
        "https://host.org/a.zip"
    ],
    'NCDataset(@sprintf("s3://lake/%02d.nc", 3))\n@time NCDataset(replace("s3://lake/Y.nc", "Y" => 2001))': [
        "s3://lake/03.nc",
        "s3://lake/2001.nc",
    ],
    'urls = ["s3://lake/a.nc", "s3://lake/b.nc"]\nfor (i, u) in enumerate(urls)\n  i > 1 && NCDataset(urls[i])\nend': [
        "s3://lake/a.nc",
        "s3://lake/b.nc",
    ],
    'xr = pyimport("xarray")\nxr.open_zarr("gs://lake/a.zarr")': ["gs://lake/a.zarr"],
    "run(`wget -q $BASE/a.nc`)": ["https://host.org/d/a.nc"],
    'module M\nconst U = "s3://lake/a.nc"\nlet u = U\n  try\n    NCDataset(u)\n  catch e\n  end\nend\nend': [
        "s3://lake/a.nc"
    ],
    'url = "s3://lake"; url *= "/a.nc"\nNCDataset(url)': ["s3://lake/a.nc"],
    'get_it = name -> NCDataset("s3://lake/$name")\nget_it("a.nc")': ["s3://lake/a.nc"],
}

WRITES = {
    'NCDataset("s3://lake/a.nc", "c")': ["s3://lake/a.nc"],
    'CSV.write("s3://lake/a.csv", df)': ["s3://lake/a.csv"],
    'zcreate(Float64, 10; path="s3://lake/a.zarr")': ["s3://lake/a.zarr"],
    '@save "s3://lake/a.jld2" x': ["s3://lake/a.jld2"],
    'savedataset(ds; path="s3://lake/a.zarr")': ["s3://lake/a.zarr"],
}


@pytest.mark.parametrize(("code", "targets"), READS.items(), ids=range(len(READS)))
def test_reads(code: str, targets: list[str]) -> None:
    assert opened(BASE + code, "a.jl") == targets


@pytest.mark.parametrize(("code", "targets"), WRITES.items(), ids=range(len(WRITES)))
def test_writes(code: str, targets: list[str]) -> None:
    assert found(code, "a.jl") == [("D2", target) for target in targets]


def test_documentation_and_comments_are_prose() -> None:
    code = (
        '"""\nReads https://host.org/doc.nc.\n"""\nf(x) = x\n'
        "#= https://host.org/block.nc =#\n"
        'const OTHER = "https://host.org/other.nc"  # https://host.org/line.nc\n'
    )
    signals = read_source(code.encode(), "a.jl").signals
    assert [(s.method, s.target, s.via, s.place.start) for s in signals] == [
        ("D5", "https://host.org/doc.nc", "docstring", 2),
        ("D5", "https://host.org/block.nc", "comment", 5),
        ("D4", "https://host.org/other.nc", "", 6),
        ("D5", "https://host.org/line.nc", "comment", 6),
    ]


ARTIFACTS = """
[[rain]]
arch = "x86_64"
git-tree-sha1 = "a"

    [[rain.download]]
    sha256 = "b"
    url = "https://host.org/rain.tar.gz"

[heat]
git-tree-sha1 = "c"
lazy = true

    [[heat.download]]
    url = "https://box.host.org/shared/static/abc.gz"
    sha256 = "d"
"""


def test_artifacts_are_what_is_downloaded() -> None:
    files = {
        "Artifacts.toml": ARTIFACTS,
        "src/A.jl": 'using Artifacts\nrain() = joinpath(artifact"rain", "a.nc")\n'
        'path(name) = @clima_artifact(name, context)\nheat() = path("heat")\n',
    }
    found = together(files)
    assert found["Artifacts.toml"] == [
        ("D1", "https://host.org/rain.tar.gz"),
        ("D1", "https://box.host.org/shared/static/abc.gz"),
    ]
    assert found["src/A.jl"] == [
        ("D1", "https://host.org/rain.tar.gz"),
        ("D1", "https://box.host.org/shared/static/abc.gz"),
    ]
    (rain, heat) = read_source(ARTIFACTS.encode(), "Artifacts.toml").signals
    assert (rain.place.start, heat.place.start, heat.via) == (8, 15, "artifact heat")
    assert heat.place.quote == 'url = "https://box.host.org/shared/static/abc.gz"'


@pytest.mark.parametrize("text", ["[a", "x = 1\nx = 2", "a = " + "[" * 5000, "\xff"])
def test_artifacts_that_cannot_be_read_are_a_finding(text: str) -> None:
    mined = read_source(text.encode("latin-1"), "Artifacts.toml")
    assert [finding.kind for finding in mined.findings] == ["unreadable-file"]


def test_what_is_included_is_known() -> None:
    files = {
        "src/A.jl": 'module A\ninclude("where.jl")\nNCDataset(place("a"))\nend\n',
        "src/where.jl": 'const ROOT = "s3://lake"\nplace(name) = "$ROOT/$name.nc"\n',
    }
    assert together(files)["src/A.jl"] == [("D1", "s3://lake/a.nc")]
