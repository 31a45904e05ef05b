"""Whether an object store can be written to, before anybody works for hours on what is to go there; and if not, why."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import fsspec

from .failing import Failed

_LARGEST = 2**20
_AT_ONCE = 100
_LONGEST = 300
# What the libraries of object stores raise is known by name, as not all of them are there.
_UNKNOWN = {
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound",
    "TokenRetrievalError", "NoAuthTokenError", "DefaultCredentialsError", "RefreshError",
}  # fmt: skip
_SILENT = {"ConnectionError", "ClientConnectionError", "HTTPClientError", "TimeoutError", "TransportError"}


@contextmanager
def reached(target: str) -> Iterator[tuple[Any, str]]:
    """The file system of a target and the target's place in it; raises `Failed` that says what to set."""
    try:
        yield fsspec.core.url_to_fs(target)
    except Failed:
        raise
    except Exception as error:  # each kind of object store raises errors of its own
        raise Failed("target", f"{target} cannot be written to: {_reason(target, error)}") from error


def probe(target: str, owner: str, run: str) -> dict[str, str]:
    """Write a small object and remove it; returns what is there and is not of this owner: names, and what to do.

    Raises `Failed`.
    """
    with reached(target) as (files, root):
        small = f"{root}/versions/{run}/probe"
        files.pipe_file(small, b"{}")
        files.rm_file(small)
        try:
            there = files.ls(root, detail=True, refresh=True)
        except FileNotFoundError:  # there is nothing
            return {}
        names = {each["name"].rstrip("/").rpartition("/")[2]: each for each in there}
        pointers = {name: each["name"] for name, each in names.items() if name.endswith(".json")}
        bodies = _bodies(files, [path for name, path in pointers.items() if names[name]["size"] < _LARGEST])
        found = {name: _read(bodies.get(path, b"")) for name, path in pointers.items()}
        taken = {}
        for name, said in found.items():
            store = name.removesuffix(".json")
            if said is None:
                taken[store] = not_a_pointer(f"{root}/{name}")
            elif said["owner"] != owner:
                taken[store] = of_another(target, store)
        others = (name for name in names if name not in pointers and f"{name}.json" not in pointers)
        return {**taken, **{name: by_other_means(target, name) for name in others if name != "versions"}}


def pointed(files: Any, pointer: str) -> dict[str, str] | None:  # noqa: ANN401 - fsspec has no types
    """What the pointer says; `None` if there is none. Raises `Failed` for what is no pointer."""
    try:
        said = _read(files.cat_file(pointer) if files.info(pointer)["size"] < _LARGEST else b"")
    except FileNotFoundError:
        return None
    if said is None:
        raise Failed("target", not_a_pointer(pointer))
    return said


def not_a_pointer(pointer: str) -> str:
    """What is said where something else is in the place of a pointer."""
    return f"{pointer} is there and is no pointer to a store: move it away, or take another target"


def of_another(target: str, store: str) -> str:
    """What is said where another recipe has put a store."""
    return f"{target}/{store} is of another recipe: take another target, or remove {store}.json"


def by_other_means(target: str, store: str) -> str:
    """What is said where no recipe has put what is there."""
    return f"{target}/{store} is there already and was put there by other means: move it away, or take another target"


def _bodies(files: Any, paths: list[str]) -> dict[str, bytes]:  # noqa: ANN401 - fsspec has no types
    found: dict[str, bytes] = {}
    for start in range(0, len(paths), _AT_ONCE):
        part = paths[start : start + _AT_ONCE]
        found |= files.cat(part) if len(part) > 1 else {part[0]: files.cat_file(part[0])}
    return found


def _read(body: bytes) -> dict[str, str] | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    if not isinstance(said, dict) or not all(isinstance(said.get(key), str) for key in ("owner", "run", "store")):
        return None
    return said


def _reason(target: str, error: BaseException) -> str:
    """Why, and what to set."""
    scheme, bucket = urlsplit(target).scheme, urlsplit(target).netloc
    causes = _causes(error)
    names = {kind.__name__ for cause in causes for kind in type(cause).__mro__}
    text = " ".join(str(error).split())[:_LONGEST] or type(error).__name__
    anonymous = "Anonymous caller" in text or getattr(error, "code", None) in (401, "401")
    if names & _UNKNOWN or anonymous:
        remedy = (
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
            if scheme == "s3"
            else "set GOOGLE_APPLICATION_CREDENTIALS to the file of a key, or log in by "
            "`gcloud auth application-default login`"
        )
        return f"there are no credentials for it ({text}): {remedy}"
    if names & _SILENT:
        where = "AWS_ENDPOINT_URL" if scheme == "s3" else "endpoint_url in FSSPEC_GS"
        return f"its server does not answer ({text}): check the network, and {where} if that is set"
    if any(isinstance(cause, FileNotFoundError) and cause.filename is None for cause in causes):
        return f"there is no bucket {bucket}: make it, or correct --target"
    if "PermissionError" in names or "Forbidden" in text:
        return (
            f"its credentials may not write there ({text}): let them write, read, list and remove objects of {bucket}"
        )
    if names & {"ImportError", "ValueError"}:
        return text
    return f"{type(error).__name__}: {text}. Check its address, and that this command has credentials for it"


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
