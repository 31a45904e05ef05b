"""The options of a run on Google Cloud Dataflow, checked without the cloud: nothing is sent, and nothing is asked.

What is wrong is told all at once, each with what to write instead. Which project, bucket or account there is only the
cloud knows.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from urllib.parse import urlsplit

_PROJECT = re.compile(r"(?:[a-z0-9.-]+\.[a-z]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
_AREAS = ("africa", "asia", "australia", "europe", "me", "northamerica", "southamerica", "us")
_SIDES = ("central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west")
# Google adds regions, and names all of them so: a list would be too short one day.
_REGION = re.compile(rf"(?:{'|'.join(_AREAS)})-(?:{'|'.join(_SIDES)})[1-9][0-9]?")
_ZONE = re.compile(rf"({_REGION.pattern})-[a-z]")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9.-]*@[a-z0-9.-]+\.gserviceaccount\.com")
_MACHINE = re.compile(r"[a-z][a-z0-9]*-[a-z0-9]+(?:-[a-z0-9]+)*")
_JOB = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_SUBNETWORK = re.compile(r"(?:https://\S+/)?(?:projects/[^/\s]+/)?regions/([a-z0-9-]+)/subnetworks/[a-z0-9-]+")
_TAGGED = re.compile(
    r"[a-z0-9.-]+(?::[0-9]+)?(?:/[a-z0-9._-]+)+(?::(?P<tag>[\w.-]{1,128})|@sha256:[0-9a-f]{64})", re.ASCII
)
_LABEL = re.compile(r"[a-z][a-z0-9_-]{0,62}=[a-z0-9_-]{0,63}")
_LONGEST = 500
_TRUE, _FALSE = "true", "false"


class Misconfigured(ValueError):
    """Options that Dataflow would refuse; `problems` says of each what to write."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def arguments(given: Mapping[str, str], target: str) -> list[str]:
    """What Beam is to be given for a run whose store goes to `target`; raises `Misconfigured`."""
    problems = [f"{name}: {problem}" for name, problem in _problems(given, target)]
    if problems:
        raise Misconfigured(problems)
    flags = [f"--{name}" for name, value in given.items() if _CHECKS[name] is _flag and value == _TRUE]
    texts = [f"--{name}={value}" for name, value in given.items() if _CHECKS[name] is not _flag]
    return ["--runner=DataflowRunner", *texts, *flags]


def _problems(given: Mapping[str, str], target: str) -> Iterator[tuple[str, str]]:
    if problem := _bucket(target):
        yield "--target", problem
    for name, why in _REQUIRED.items():
        if name not in given:
            yield name, f"is missing: {why}, as --option {name}={_EXAMPLES[name]}"
    for name, value in given.items():
        if name not in _CHECKS:
            near = get_close_matches(name, _CHECKS, 1)
            yield name[:_LONGEST], f"is no option of Dataflow{f': did you mean {near[0]}?' if near else ''}"
        elif problem := _CHECKS[name](value[:_LONGEST]):
            yield name, problem
    fewest, most = given.get("num_workers", ""), given.get("max_num_workers", "")
    if fewest.isdecimal() and most.isdecimal() and int(fewest) > int(most):
        yield "num_workers", f"{fewest} is more than max_num_workers, {most}: lower it"
    lies = _SUBNETWORK.fullmatch(given.get("subnetwork", ""))
    if lies and given.get("region") and lies[1] != given["region"]:
        yield "subnetwork", f"it is in {lies[1]}, and the region is {given['region']}: take one of that region"


def _project(value: str) -> str:
    if value.isdecimal():
        return f"{value} is the project's number: give its id, such as {_EXAMPLES['project']}"
    return "" if _PROJECT.fullmatch(value) else f"{value!r} is no id of a project: write it as {_EXAMPLES['project']}"


def _region(value: str) -> str:
    if zone := _ZONE.fullmatch(value):
        return f"{value} is a zone: give its region, {zone[1]}"
    if _REGION.fullmatch(value):
        return ""
    number = re.search("[1-9][0-9]?$", value)
    name = value[: number.start()] if number else value
    near = get_close_matches(name.lower(), [f"{area}-{side}" for area in _AREAS for side in _SIDES], 1, 0.8)
    meant = f"did you mean {near[0]}{number[0] if number else 1}?" if near else f"write it as {_EXAMPLES['region']}"
    return f"{value!r} is no region: {meant}"


def _bucket(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "gs":
        return f"{value!r} is in no bucket of Google Cloud: write it as gs://bucket/folder"
    if not _BUCKET.fullmatch(parts.netloc):
        return f"{parts.netloc!r} is no name of a bucket: it has 3 to 63 small letters, digits, dots, dashes"
    return "" if parts.path.strip("/") else f"{value} names a whole bucket: add a folder, as gs://{parts.netloc}/folder"


def _image(value: str) -> str:
    found = _TAGGED.fullmatch(value)
    if not found or found["tag"] == "latest":
        example = _EXAMPLES["sdk_container_image"]
        return f"{value!r} may be another image tomorrow: name it with its tag or digest, as {example}"
    return ""


def _shaped(form: re.Pattern[str], what: str, example: str) -> Callable[[str], str]:
    return lambda value: "" if form.fullmatch(value) else f"{value!r} is no {what}: write it as {example}"


def _number(least: int) -> Callable[[str], str]:
    return lambda value: "" if value.isdecimal() and int(value) >= least else f"{value!r} is no number from {least} on"


def _flag(value: str) -> str:
    return "" if value in (_TRUE, _FALSE) else f"{value!r} is neither {_TRUE} nor {_FALSE}"


_REQUIRED = {
    "project": "say whose account pays",
    "region": "say where workers run, best where the bucket is",
    "temp_location": "say where Dataflow puts what it needs for a while",
    "sdk_container_image": "name the image that workers run, made of ingest/recipes/beam.lock",
}
_EXAMPLES = {
    "project": "my-lab-123456",
    "region": "us-central1",
    "temp_location": "gs://my-lab-scratch/dataflow",
    "sdk_container_image": "us-docker.pkg.dev/my-lab-123456/recipes/beam:2.77.0",
}
_CHECKS: dict[str, Callable[[str], str]] = {
    "project": _project,
    "region": _region,
    "temp_location": _bucket,
    "staging_location": _bucket,
    "sdk_container_image": _image,
    "service_account_email": _shaped(_ACCOUNT, "service account", "recipes@my-lab-123456.iam.gserviceaccount.com"),
    "machine_type": _shaped(_MACHINE, "type of machine", "n2-highmem-2"),
    "job_name": _shaped(_JOB, "name of a job", "sea-surface"),
    "subnetwork": _shaped(_SUBNETWORK, "subnetwork", "regions/us-central1/subnetworks/default"),
    "labels": _shaped(_LABEL, "label", "lab=ocean"),
    "num_workers": _number(1),
    "max_num_workers": _number(1),
    "disk_size_gb": _number(30),
    "number_of_worker_harness_threads": _number(1),
    "no_use_public_ips": _flag,
}
