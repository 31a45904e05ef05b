"""What R reads and writes by more than an address: buckets, objects in them, files of deposits."""

import ast
import re
from collections.abc import Sequence

from leap_kg.links.code import noting
from leap_kg.links.code.languages.following import Follower
from leap_kg.links.code.values import NOTHING, Alternative, Values, joined, one, only
from leap_kg.links.signal import UNKNOWN, Role

_OBJECTS = {
    **dict.fromkeys(("s3readRDS", "get_object", "save_object", "s3load", "s3read_using", "s3connection"), Role.READS),
    **dict.fromkeys(("s3saveRDS", "put_object", "s3save", "s3write_using"), Role.WRITES),
}


def bucket(
    folder: Follower, name: str, full: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values | None:
    """Buckets of arrow, and objects of aws.s3."""
    first = given[0] if given else NOTHING
    if name in {"s3_bucket", "gs_bucket"}:
        scheme = "s3" if name == "s3_bucket" else "gs"
        address = _at(scheme, named.get("bucket", first))
        endpoint = noting.option(named, "endpoint_override")
        return noting.noted(folder, Role.READS, address, node, None, full, endpoint, yields=True)
    if name not in _OBJECTS:
        return None
    bucket, key = named.get("bucket", NOTHING), named.get("object", first)
    if isinstance(text := only(bucket), str) and text:
        key = joined([one(f"s3://{text.removeprefix('s3://').strip('/')}/"), key])
    return noting.noted(folder, _OBJECTS[name], key, node, None, full)


def _at(scheme: str, values: Values) -> Values:
    return tuple(
        Alternative(value if "://" in value else f"{scheme}://{value}" if value else value, when)
        if isinstance(value, str)
        else NOTHING[0]
        for value, when in values
    )


def deposit(
    folder: Follower, name: str, full: str, node: ast.Call, given: list[Values], named: dict[str, Values]
) -> Values | None:
    """Files of a deposit: releases on GitHub by piggyback, data sets of a Dataverse."""
    if name in {"pb_download", "pb_upload", "pb_read", "pb_write"}:
        at = 1 if name == "pb_write" else 0
        file, repository, tag = _named(("file", "repo", "tag"), given[at:], named)
        told = [only(each) for each in (file, repository, tag)]
        if not all(isinstance(each, str) and UNKNOWN not in each for each in told):
            return NOTHING
        address = one(f"https://github.com/{told[1]}/releases/download/{told[2]}/{told[0]}")
        role = Role.WRITES if name in {"pb_upload", "pb_write"} else Role.READS
        return noting.noted(folder, role, address, node, None, full)
    if name in {"get_dataframe_by_name", "get_file_by_name", "get_file"}:
        file, dataset = _named(("filename" if "filename" in named else "file", "dataset"), given, named)
        told = [only(each) for each in (file, dataset)]
        if not all(isinstance(each, str) and UNKNOWN not in each for each in told):
            return NOTHING
        deposit = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:)?(?=10\.)", "doi:", str(told[1]))
        return noting.noted(folder, Role.READS, one(f"{deposit}/{told[0]}"), node, None, full)
    return None


def _named(keys: Sequence[str], given: list[Values], named: dict[str, Values]) -> list[Values]:
    places = [key for key in keys if key not in named]
    told = {**dict(zip(places, given, strict=False)), **named}
    return [told.get(key, NOTHING) for key in keys]
