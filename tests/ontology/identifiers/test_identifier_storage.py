"""Storage locations: one place, many spellings; no credential passes; every real store is read."""

import json
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from leap_kg.ontology.identifiers import Location, Refusal, storage

CATALOGUE = Path(__file__).resolve().parents[3].parent / "shared/data/leap-catalog/consolidated-web-catalog.json"
BASE = "https://w3id.org/leap-kg/store/"
NYU = "https://nyu1.osn.mghpcc.org"


def located(text: str, endpoint: str | None = None) -> Location:
    location = storage.parse(text, endpoint)
    assert isinstance(location, Location), (text, location)
    return location


@pytest.mark.parametrize(
    "text",
    [
        "gs://leap-persistent/data/x.zarr",
        "GS://leap-persistent/data/x.zarr/",
        "gcs://leap-persistent/data//x.zarr",
        "gs://leap-persistent/./data/x.zarr?a=b#c",
        "https://storage.googleapis.com/leap-persistent/data/x.zarr",
        "http://storage.googleapis.com:80//leap-persistent/data/x.zarr/",
        "https://leap-persistent.storage.googleapis.com/data/x.zarr",
        "https://storage.cloud.google.com/leap-persistent/data/x.zarr?authuser=1",
        "https://commondatastorage.googleapis.com/leap-persistent/data%2Fx.zarr",
        "simplecache::gs://leap-persistent/data/x.zarr",
        "filecache::gcs://leap-persistent/data/x.zarr",
        "zip://*.nc::simplecache::gs://leap-persistent/data/x.zarr",
        "reference://::gs://leap-persistent/data/x.zarr",
        "reference://gs://leap-persistent/data/x.zarr",
    ],
)
def test_all_spellings_of_one_google_object_are_equal(text: str) -> None:
    location = located(text)
    assert location == Location("gs", None, "leap-persistent", "data/x.zarr")
    assert location.uri == location.value == location.iri == "gs://leap-persistent/data/x.zarr"
    assert location.https == "https://storage.googleapis.com/leap-persistent/data/x.zarr"
    assert location.slug == "gs/leap-persistent/data/x.zarr"


@pytest.mark.parametrize(
    "text",
    [
        "s3://carbonplan/demo/x.zarr/",
        "https://carbonplan.s3.amazonaws.com/demo/x.zarr",
        "https://carbonplan.s3.us-west-2.amazonaws.com/demo/x.zarr",
        "https://carbonplan.s3-us-west-2.amazonaws.com/demo/x.zarr",
        "https://carbonplan.s3.dualstack.us-west-2.amazonaws.com/demo/x.zarr",
        "https://carbonplan.s3-accelerate.amazonaws.com/demo/x.zarr",
        "https://carbonplan.s3.us-gov-west-1.amazonaws.com/demo/x.zarr",
        "https://s3.amazonaws.com/carbonplan/demo/x.zarr",
        "https://s3.us-west-2.amazonaws.com/carbonplan/demo//x.zarr",
        "https://s3-us-west-2.amazonaws.com/carbonplan/demo/x.zarr",
        "https://CARBONPLAN.S3.amazonaws.com:443/demo/x.zarr?versionId=3",
        "blockcache::s3://carbonplan/demo/x.zarr",
    ],
)
def test_all_spellings_of_one_amazon_object_are_equal(text: str) -> None:
    location = located(text)
    assert location == Location("s3", None, "carbonplan", "demo/x.zarr")
    assert location.uri == location.iri == "s3://carbonplan/demo/x.zarr"
    assert location.https == "https://carbonplan.s3.amazonaws.com/demo/x.zarr"
    assert location.slug == "s3/carbonplan/demo/x.zarr"


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        (f"{NYU}/leap-pangeo-manual/GOTM/x.zarr", None),
        ("osn://nyu1.osn.mghpcc.org/leap-pangeo-manual/GOTM/x.zarr/", None),
        ("http://NYU1.osn.mghpcc.org/leap-pangeo-manual//GOTM/x.zarr/", None),
        ("s3://leap-pangeo-manual/GOTM/x.zarr", NYU),
        ("s3://leap-pangeo-manual/GOTM/x.zarr/", NYU + "/"),
        ("s3://leap-pangeo-manual/GOTM/x.zarr", "nyu1.osn.mghpcc.org"),
    ],
)
def test_osn_is_one_place_by_url_and_by_endpoint(text: str, endpoint: str | None) -> None:
    location = located(text, endpoint)
    assert location == Location("osn", NYU, "leap-pangeo-manual", "GOTM/x.zarr")
    assert location.uri == "s3://leap-pangeo-manual/GOTM/x.zarr"
    assert location.https == location.iri == f"{NYU}/leap-pangeo-manual/GOTM/x.zarr"
    assert location.slug == "nyu1.osn.mghpcc.org/leap-pangeo-manual/GOTM/x.zarr"


@pytest.mark.parametrize("text", ["osn://leap-pangeo-manual/GOTM/x.zarr", "osn://nyu1.osn.mghpcc.org", "osn:bkt/x"])
def test_osn_without_server_or_bucket_is_refused(text: str) -> None:
    assert isinstance(storage.parse(text), Refusal)


def test_one_bucket_name_at_two_providers_is_two_places() -> None:
    places = [located("s3://pangeo/x"), located("gs://pangeo/x"), located("s3://pangeo/x", NYU)]
    places.append(located("https://ncsa.osn.xsede.org/pangeo/x"))
    assert len({place.iri for place in places}) == len({place.slug for place in places}) == len(places)


@pytest.mark.parametrize(
    ("endpoint", "location"),
    [
        ("https://s3.amazonaws.com", Location("s3", None, "data", "x")),
        ("https://storage.googleapis.com", Location("gs", None, "data", "x")),
        ("http://127.0.0.1:9000", Location("http", "http://127.0.0.1:9000", "", "data/x")),
    ],
)
def test_other_endpoints_are_recognised_by_their_host(endpoint: str, location: Location) -> None:
    assert located("s3://data/x", endpoint) == location


@pytest.mark.parametrize("endpoint", ["", "ftp://h", "https://h/path", "https://u:hunter2@h", "https://{h}", "\ud800"])
def test_a_bad_endpoint_is_refused(endpoint: str) -> None:
    refusal = storage.parse("s3://data/x", endpoint)
    assert isinstance(refusal, Refusal)
    assert "hunter2" not in repr(refusal)


@pytest.mark.parametrize(
    ("text", "location", "uri", "slug"),
    [
        ("https://Data.Example.org/a/x.nc", Location("http", "https://data.example.org", "", "a/x.nc"),
         "https://data.example.org/a/x.nc", "https/data.example.org/a/x.nc"),
        ("http://data.example.org:80/a%20b", Location("http", "http://data.example.org", "", "a b"),
         "http://data.example.org/a%20b", "http/data.example.org/a%20b"),
        ("https://h.org:8443/x?download=1#y", Location("http", "https://h.org:8443", "", "x"),
         "https://h.org:8443/x", "https/h.org:8443/x"),
        ("https://h.org", Location("http", "https://h.org", "", ""), "https://h.org/", "https/h.org"),
        ("https://b.s3-website-us-east-1.amazonaws.com/x",
         Location("http", "https://b.s3-website-us-east-1.amazonaws.com", "", "x"),
         "https://b.s3-website-us-east-1.amazonaws.com/x", "https/b.s3-website-us-east-1.amazonaws.com/x"),
        ("/data/x.zarr/", Location("file", None, "", "data/x.zarr"), "file:///data/x.zarr", "file/data/x.zarr"),
        ("file:///data/a%20b", Location("file", None, "", "data/a b"), "file:///data/a%20b", "file/data/a%20b"),
        ("file://localhost/data", Location("file", None, "", "data"), "file:///data", "file/data"),
        ("file:/data", Location("file", None, "", "data"), "file:///data", "file/data"),
    ],
)  # fmt: skip
def test_web_servers_and_files(text: str, location: Location, uri: str, slug: str) -> None:
    assert located(text) == location
    assert located(text).uri == uri
    assert located(text).slug == slug
    assert located(text).https == (None if location.provider == "file" else uri)


def test_a_bucket_alone_is_a_place() -> None:
    bucket = located("s3://noaa-cdr-sea-surface-temp-optimum-interpolation-pds")
    assert bucket.key == ""
    assert bucket.slug == "s3/noaa-cdr-sea-surface-temp-optimum-interpolation-pds"
    assert located("https://nyu1.osn.mghpcc.org/Pangeo/").uri == "s3://Pangeo"


def test_a_bucket_whose_name_fits_no_certificate_is_opened_by_path() -> None:
    assert located("s3://my.dotted.bucket/x").https == "https://s3.amazonaws.com/my.dotted.bucket/x"


@pytest.mark.parametrize(
    ("text", "suffix", "looks_like"),
    [
        ("gs://bkt/full_37-1h-0p25deg-chunk-1.zarr-v3", "zarr-v3", "zarr"),
        ("s3://bkt/annual-sfco2.zarr/", "zarr", "zarr"),
        ("s3://bkt/noaa_oisst/v2.1-avhrr.ZARR", "zarr", "zarr"),
        ("gs://bkt/x.zarr/group/var", "", "zarr"),
        ("gs://bkt/x.zarr/zarr.json", "json", "zarr"),
        ("gs://bkt/x.zarr.zip", "zip", "zarr"),
        ("gs://bkt/a.nc", "nc", "netcdf"),
        ("gs://bkt/a.nc4", "nc4", "netcdf"),
        ("gs://bkt/a.h5", "h5", "netcdf"),
        ("gs://bkt/a.hdf5", "hdf5", "netcdf"),
        ("gs://bkt/combined.json", "json", "kerchunk"),
        ("gs://bkt/refs.parq", "parq", "kerchunk"),
        ("gs://bkt/refs.parquet/", "parquet", "kerchunk"),
        ("gs://bkt/repo.icechunk", "icechunk", "icechunk"),
        ("gs://bkt/surface", "", "unknown"),
        ("gs://x.zarr", "", "unknown"),
        ("gs://bkt/bizarre", "", "unknown"),
    ],
)
def test_what_a_name_promises(text: str, suffix: str, looks_like: str) -> None:
    assert located(text).suffix == suffix
    assert located(text).looks_like == looks_like


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("gs://leap/{ens}/{member}.zarr", "placeholder"),
        ("gs://leap/<FEEDSTOCK_NAME>.zarr", "placeholder"),
        ("gs://leap-scratch/$(JUPYTERHUB_USER)/x", "placeholder"),
        ("https://h.org/%7Bvar%7D.nc", "placeholder"),
        ("gs://leap/.../x.zarr", "left out"),
        ("gs://leap/*.nc", "pattern"),
        ("javascript:alert(1)", "scheme"),
        ("data:text/html,x", "scheme"),
        ("ftp://h.org/x", "scheme"),
        ("abfs://c/x", "scheme"),
        ("reference://", "scheme"),
        ("x.zarr", "no scheme"),
        ("//h.org/x", "no scheme"),
        ("./x.zarr", "no scheme"),
        ("gs:leap/x", "slashes are missing"),
        ("gs://", "bucket is missing"),
        ("gs:///x", "bucket is missing"),
        ("s3://?x", "bucket is missing"),
        ("https://storage.googleapis.com/", "bucket is missing"),
        (NYU, "bucket is missing"),
        ("gs://Leap/x", "bucket's name"),
        ("gs://a/x", "bucket's name"),
        ("s3://a..b/x", "bucket's name"),
        ("s3://arn:aws:s3/x", "bucket's name"),
        ("gs://leap/a/../b", "`..`"),
        ("https://h.org/a/%2e%2e/b", "`..`"),
        ("/data/../etc/passwd", "`..`"),
        ("/", "names no file"),
        ("file://server/share", "another machine"),
        ("https://", "host"),
        ("https://[::1]/x", "host"),
        ("https://h_.org:99999/x", "port"),
        ("https://h.org:0/x", "port"),
        ("https://münchen.de/x", "host"),
        ("https://h.org\\@evil.org/x", "user name"),
        ("gs://leap/a\\b", "backslash"),
        ("gs://leap/a\tb", "control character"),
        ("https://h.org/a%00b", "control character"),
        ("https://h.org/%ff", "not UTF-8"),
        ("https://h.org/a%3Fb", "? or #"),
        ("gs://leap/a\u00a0b", "white space"),
        ("https://h.org/a%20/b", "space"),
        ("gs://leap/a, gs://leap/b", "more than one URL"),
        ("https://h.org/x?dataset=1", "query string"),
        ("https://storage.googleapis.com/leap?prefix=x", "listing"),
        ("https://storage.googleapis.com/storage/v1/b/leap/o/x", "storage API"),
        ("https://console.cloud.google.com/storage/browser/leap", "cloud console"),
        ("https://s3.console.aws.amazon.com/s3/buckets/leap", "cloud console"),
        ("gs://leap/" + "é" * 600, "longer"),
        ("gs://leap/" + "a" * 5000, "too long"),
    ],
)
def test_refusals_say_why(text: str, reason: str) -> None:
    refusal = storage.parse(text)
    assert isinstance(refusal, Refusal)
    assert reason in refusal.reason


@pytest.mark.parametrize(
    "text",
    [
        "https://user:hunter2@h.org/x",
        "https://hunter2@storage.googleapis.com/leap/x",
        "s3://AKIA:hunter2@leap/x",
        "gs://hunter2@leap/x",
        "https://h.org/x?token=hunter2",
        "https://leap.s3.amazonaws.com/x?X-Amz-Signature=hunter2&X-Amz-Credential=hunter2",
        "https://storage.googleapis.com/leap/x?X-Goog-Signature=hunter2",
        f"{NYU}/leap/x?AWSAccessKeyId=hunter2&Signature=hunter2",
        "s3://leap/x?X-Amz-Signature=hunter2",
        "https://h.org/x?download=hunter2#access_token=hunter2",
        "filecache::https://h.org/x?sig=hunter2",
    ],
)
def test_no_credential_passes(text: str) -> None:
    answer = storage.parse(text)
    shown = repr(answer)
    if isinstance(answer, Location):
        shown += f"{answer.uri} {answer.https} {answer.slug} {answer.iri}"
    assert "hunter2" not in shown


def is_name(text: str) -> bool:
    """Whether a part of a key is one that every tool can open."""
    plain = not set(text) & set("/\\*?#<>{}$") and text == text.strip()
    return plain and text not in {".", "..", "...", "…"}


names = st.text(st.characters(categories=["L", "N", "P", "S"]) | st.just(" "), min_size=1, max_size=8).filter(is_name)
keys = st.lists(names, max_size=4).map("/".join).filter(lambda key: "://" not in key)
buckets = st.from_regex(r"[a-z0-9][a-z0-9-]{1,20}[a-z0-9]", fullmatch=True)


@given(buckets, keys)
def test_any_key_is_one_place_in_all_spellings(bucket: str, key: str) -> None:
    place = Location("gs", None, bucket, key)
    assert storage.parse(f"gs://{bucket}/{key}") == place
    assert storage.parse(f"https://storage.googleapis.com/{bucket}/{quote(key)}") == place
    assert storage.parse(f"https://{bucket}.storage.googleapis.com/{quote(key, safe='')}/") == place
    assert storage.parse(place.https or "") == place
    on_s3 = Location("s3", None, bucket, key)
    assert storage.parse(f"https://{bucket}.s3.eu-west-1.amazonaws.com/{quote(key)}") == on_s3
    assert storage.parse(on_s3.https or "") == on_s3
    on_osn = Location("osn", NYU, bucket, key)
    assert storage.parse(on_osn.uri, NYU) == storage.parse(on_osn.https or "") == on_osn


locations = st.one_of(
    st.builds(Location, st.sampled_from(["gs", "s3"]), st.none(), buckets, keys),
    st.builds(Location, st.just("osn"), st.sampled_from([NYU, "https://ncsa.osn.xsede.org"]), buckets, keys),
    st.builds(Location, st.just("http"), st.sampled_from(["https://h.org", "http://h.org:8080"]), st.just(""), keys),
    st.builds(Location, st.just("file"), st.none(), st.just(""), keys.filter(bool)),
)


@given(locations, locations)
def test_slugs_are_valid_below_the_base_and_name_one_place_only(first: Location, second: Location) -> None:
    iri = BASE + first.slug
    NamedNode(iri)
    NamedNode(first.iri)
    # Nothing that a client would resolve away: the path is what it says, and no part is empty or dots.
    assert urlsplit(iri).path == urlsplit(BASE).path + first.slug
    assert not {"", ".", ".."} & set(first.slug.split("/"))
    assert ":" not in first.slug.split("/")[0]
    assert (first.slug == second.slug) == (first == second)
    assert (first.iri == second.iri) == (first == second)


@given(st.sampled_from(["https://h.org", "http://h.org", "https://h.org:8080", "http://h.org:8080"]), keys)
def test_scheme_and_port_tell_web_places_apart(origin: str, key: str) -> None:
    place = located(f"{origin}/{quote(key)}")
    others = {"https://h.org", "http://h.org", "https://h.org:8080", "http://h.org:8080"} - {origin}
    assert place.endpoint == origin
    assert all(Location("http", other, "", key).slug != place.slug for other in others)


@pytest.mark.skipif(not CATALOGUE.is_file(), reason="the published catalogue is not beside this checkout")
def test_every_store_of_the_published_catalogue_is_read() -> None:
    records = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    urls = {store["url"] for record in records for store in record["stores"] or []}
    places = {url: located(url) for url in urls}
    assert len({place.slug for place in places.values()}) == len(urls)
    providers = [place.provider for place in places.values()]
    assert {provider: providers.count(provider) for provider in set(providers)} == {
        "osn": sum("osn." in url for url in urls),
        "gs": sum(url.startswith("gs://") for url in urls),
        "s3": sum(url.startswith("s3://") for url in urls),
    }
    looks = [place.looks_like for place in places.values()]
    assert looks.count("netcdf") == sum(url.endswith(".nc") for url in urls) == 42
    assert looks.count("unknown") == sum(".zarr" not in url and not url.endswith(".nc") for url in urls)
