"""R: constants put together, the calls that read and write, and what crosses from file to file."""

import pytest

from leap_kg.links.code.languages.files import read_source
from tests.links.code.languages.reading import found, opened, together

BASE = 'base <- "https://host.org/d"\n'

READS = {
    'nc <- nc_open(paste0(base, "/a.nc"))': ["https://host.org/d/a.nc"],
    'terra::rast(file.path(base, "a.tif"))': ["https://host.org/d/a.tif"],
    'read.csv(paste(base, "a.csv", sep = "/"))': ["https://host.org/d/a.csv"],
    'stars::read_ncdf(sprintf("%s/%04d_%s.nc", base, 7L, "x"))': ["https://host.org/d/0007_x.nc"],
    'name <- "a"\nsf::st_read(glue::glue("{base}/{name}.gpkg"))': ["https://host.org/d/a.gpkg"],
    'glue("{base}/{n}.csv", n = "b") |> readr::read_csv()': ["https://host.org/d/b.csv"],
    '"https://host.org/a.csv" %>%\n  read_csv() %>%\n  head()': ["https://host.org/a.csv"],
    'client <- crul::HttpClient$new(paste0(base, "/a.zip"))\nclient$get(disk = "a.zip")': ["https://host.org/d/a.zip"],
    '"s3://lake/a.rds" -> place\nreadRDS(place)': ["s3://lake/a.rds"],
    'for (y in 2001:2003) download.file(paste0(base, "/", y, ".nc"), "x.nc")': [
        f"https://host.org/d/{y}.nc" for y in (2001, 2002, 2003)
    ],
    'urls <- file.path(base, c("a.nc", "b.nc"))\nlapply(urls, function(u) { nc_open(u) })': [
        "https://host.org/d/a.nc",
        "https://host.org/d/b.nc",
    ],
    'urls <- c(one = "s3://lake/a.nc", two = "s3://lake/b.nc")\nnc_open(urls[["two"]]); nc_open(urls[1])': [
        "s3://lake/b.nc",
        "s3://lake/a.nc",
    ],
    'u <- c("s3://lake/a.nc", "s3://lake/b.nc")\nfor (i in seq_along(u)) { raster(u[i]) }': [
        "s3://lake/a.nc",
        "s3://lake/b.nc",
    ],
    'purrr::walk2(c("s3://lake/a.csv", "s3://lake/b.csv"), c("a", "b"), ~ download.file(.x, .y))': [
        "s3://lake/a.csv",
        "s3://lake/b.csv",
    ],
    'cfg <- list(root = "s3://lake")\ncfg$key <- "a.nc"\nnc_open(paste0(cfg$root, "/", cfg$key))': ["s3://lake/a.nc"],
    'get <- function(name, root = "s3://lake") {\n  readRDS(paste0(root, "/", name))\n}\nget("a.rds")\n'
    'get(root = "s3://pond", "b.rds")': ["s3://lake/a.rds", "s3://pond/b.rds"],
    'where <- function() "s3://lake/a.csv"\nfread(where())': ["s3://lake/a.csv"],
    'u <- if (big) "s3://lake/big.nc" else "s3://lake/small.nc"\nnc_open(u)': [
        "s3://lake/big.nc",
        "s3://lake/small.nc",
    ],
    'u <- switch(k, a = "s3://lake/a.nc", b = "s3://lake/b.nc")\nnc_open(u)': ["s3://lake/a.nc", "s3://lake/b.nc"],
    'rast("/vsicurl/https://host.org/a.tif")\nst_read("/vsizip//vsicurl/https://host.org/b.zip")': [
        "https://host.org/a.tif",
        "https://host.org/b.zip",
    ],
    'rast("/vsis3/lake/a.tif")': ["s3://lake/a.tif"],
    'con <- gzcon(url("https://host.org/a.rds"))\nreadRDS(con)': ["https://host.org/a.rds"],
    'b <- arrow::s3_bucket("lake/in", endpoint_override = "minio.host.org")\nopen_dataset(b$path("a.parquet"))': [
        "https://minio.host.org/lake/in/a.parquet"
    ],
    'aws.s3::save_object("k/a.nc", bucket = "lake")': ["s3://lake/k/a.nc"],
    'piggyback::pb_download("a.zip", repo = "lab/rain", tag = "v1")': [
        "https://github.com/lab/rain/releases/download/v1/a.zip"
    ],
    'get_dataframe_by_name("a.tab", dataset = "10.5072/FK2/ABC", server = "x.org")': ["doi:10.5072/FK2/ABC/a.tab"],
    'xr <- reticulate::import("xarray")\nxr$open_zarr("gs://lake/a.zarr")': ["gs://lake/a.zarr"],
    'httr::GET("https://host.org/a.nc")\nhttr::GET("https://host.org/page")': ["https://host.org/a.nc"],
    'system2("wget", c("-q", "https://host.org/a.nc"))\nsystem(paste("gsutil cp", "gs://lake/a.nc", "."))': [
        "https://host.org/a.nc",
        "gs://lake/a.nc",
    ],
    'f <- function() {\n  u <<- "s3://lake/a.nc"\n}\nf()\nnc_open(u)': ["s3://lake/a.nc"],
    'tryCatch({\n  nc_open(r"(s3://lake/a.nc)")\n}, error = function(e) NULL)': ["s3://lake/a.nc"],
    'fromJSON(gsub("YEAR", "2001", "https://host.org/YEAR.json"))': ["https://host.org/2001.json"],
}

WRITES = {
    'write.csv(df, "s3://lake/a.csv", row.names = FALSE)': ["s3://lake/a.csv"],
    'df |> arrow::write_parquet(sink = "s3://lake/a.parquet")': ["s3://lake/a.parquet"],
    'saveRDS(file = "s3://lake/a.rds", object = x)': ["s3://lake/a.rds"],
    'aws.s3::put_object(file = "a.nc", object = "a.nc", bucket = "s3://lake")': ["s3://lake/a.nc"],
    "b <- arrow::gs_bucket('lake')\nwrite_dataset(x, b$path('out'))": ["gs://lake/out"],
}


@pytest.mark.parametrize(("code", "targets"), READS.items(), ids=range(len(READS)))
def test_reads(code: str, targets: list[str]) -> None:
    assert opened(BASE + code, "a.R") == targets


@pytest.mark.parametrize(("code", "targets"), WRITES.items(), ids=range(len(WRITES)))
def test_writes(code: str, targets: list[str]) -> None:
    assert found(code, "a.r") == [("D2", target) for target in targets]


def test_the_turns_of_a_loop_are_not_mixed() -> None:
    code = 'for (v in c("p", "q")) nc_open(paste0("s3://lake/", v, "/", v, ".nc"))'
    assert opened(code, "a.R") == ["s3://lake/p/p.nc", "s3://lake/q/q.nc"]


def test_mentions_and_comments() -> None:
    code = (
        "# from https://host.org/comment.nc\n"
        "other <- 'https://host.org/other.nc'\n"
        "link <- paste0('https://host.org/', 'made', '.nc')\n"
        "message('see https://host.org/page.html')\n"
    )
    assert found(code, "a.R") == [
        ("D5", "https://host.org/comment.nc"),
        ("D4", "https://host.org/other.nc"),
        ("D4", "https://host.org/made.nc"),
    ]


def test_unknown_pieces_make_a_template_and_an_unknown_root_nothing() -> None:
    signals = read_source(b'nc_open(paste0("s3://lake/", id, ".nc"))\nnc_open(paste0(root, "/a.nc"))', "a.R").signals
    assert [(s.target, s.exact, s.confidence) for s in signals] == [("s3://lake/{*}.nc", False, 0.75)]


def test_a_pipe_is_quoted_from_its_value_to_the_call() -> None:
    code = b'x <- 1\n"https://host.org/a.csv" |>\n  read_csv() |>\n  head()\n'
    (signal,) = read_source(code, "a.R").signals
    assert (signal.place.start, signal.place.end) == (2, 3)
    assert signal.place.quote == '"https://host.org/a.csv" |>\n  read_csv() |>'


def test_source_and_settings_cross_files() -> None:
    files = {
        "R/where.R": 'ROOT <- "s3://lake"\nopen_it <- function(key) nc_open(paste0(ROOT, "/", key))\n',
        "analysis/run.R": 'source("../R/where.R")\nopen_it("a.nc")\n'
        'cfg <- yaml::read_yaml("cfg.yml")\nreadRDS(cfg$place)\n',
        "analysis/cfg.yml": "place: s3://lake/b.rds\n",
        "loop.R": 'source("loop.R")\nsource("R/where.R")\nnc_open(ROOT)\n',
    }
    assert together(files)["analysis/run.R"] == [("D1", "s3://lake/a.nc"), ("D1", "s3://lake/b.rds")]
    assert together(files)["loop.R"] == [("D1", "s3://lake")]
