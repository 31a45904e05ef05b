"""Options of Dataflow, checked without the cloud: each mistake is told, and Beam understands what passes."""

import json
import subprocess
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.graph.home import Home
from leap_kg.ingest.recipes.dataflow import Misconfigured, arguments
from leap_kg.ingest.recipes.environments import Environment

TARGET = "gs://my-lab/stores"
GOOD = {
    "project": "my-lab-123456",
    "region": "us-central1",
    "temp_location": "gs://my-lab-scratch/dataflow",
    "sdk_container_image": "us-docker.pkg.dev/my-lab-123456/recipes/beam:2.77.0",
}


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("project", "123456789", "123456789 is the project's number: give its id"),
        ("project", "My Lab", "'My Lab' is no id of a project"),
        ("region", "us-central1-a", "us-central1-a is a zone: give its region, us-central1"),
        ("region", "Iowa", "'Iowa' is no region: write it as us-central1"),
        ("region", "us-centrall1", "'us-centrall1' is no region: did you mean us-central1?"),
        ("region", "europe_west4", "'europe_west4' is no region: did you mean europe-west4?"),
        ("region", "us-central", "'us-central' is no region: did you mean us-central1?"),
        ("temp_location", "/scratch/x", "'/scratch/x' is in no bucket"),
        ("temp_location", "gs://my-lab-scratch", "names a whole bucket: add a folder"),
        ("temp_location", "gs://My_Lab/x", "'My_Lab' is no name of a bucket"),
        ("sdk_container_image", "us-docker.pkg.dev/my-lab/beam:latest", "may be another image tomorrow"),
        ("sdk_container_image", "beam", "may be another image tomorrow"),
        ("service_account_email", "me@example.org", "is no service account"),
        ("machine_type", "large", "is no type of machine"),
        ("num_workers", "0", "is no number from 1 on"),
        ("max_num_workers", "many", "is no number from 1 on"),
        ("disk_size_gb", "1", "is no number from 30 on"),
        ("no_use_public_ips", "yes", "is neither true nor false"),
        ("job_name", "Sea Surface", "is no name of a job"),
        (
            "subnetwork",
            "regions/europe-west1/subnetworks/default",
            "it is in europe-west1, and the region is us-central1",
        ),
        ("labels", "Lab", "is no label"),
        ("projct", "my-lab-123456", "is no option of Dataflow: did you mean project?"),
    ],
)
def test_each_mistake_is_told_with_what_to_write(name: str, value: str, told: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        arguments({**GOOD, name: value}, TARGET)
    (problem,) = raised.value.problems
    assert problem.startswith(f"{name}: ")
    assert told in problem


@pytest.mark.parametrize("region", ["us-east5", "europe-west12", "me-central2", "northamerica-south1", "africa-south1"])
def test_regions_of_google_are_known(region: str) -> None:
    assert f"--region={region}" in arguments({**GOOD, "region": region}, TARGET)


def test_all_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(Misconfigured) as raised:
        arguments({"num_workers": "9", "max_num_workers": "3"}, "s3://my-lab/stores")
    names = [problem.partition(":")[0] for problem in raised.value.problems]
    assert names == ["--target", "project", "region", "temp_location", "sdk_container_image", "num_workers"]


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from([*GOOD, "labels", "x"]), st.text(max_size=30)), st.text(max_size=30))
def test_whatever_is_given_is_refused_with_reasons(options: dict[str, str], target: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        arguments(options, target)
    assert all(raised.value.problems)


@pytest.mark.all
def test_beam_understands_what_passes(environments: Home) -> None:
    options = {
        **GOOD, "num_workers": "2", "max_num_workers": "8", "machine_type": "n2-highmem-2", "no_use_public_ips": "true",
        "service_account_email": "recipes@my-lab-123456.iam.gserviceaccount.com", "disk_size_gb": "50",
        "subnetwork": "regions/us-central1/subnetworks/default", "labels": "lab=ocean", "job_name": "sea-surface",
        "number_of_worker_harness_threads": "1", "staging_location": "gs://my-lab-scratch/staging",
    }  # fmt: skip
    program = (
        "import json, sys; from apache_beam.options.pipeline_options import PipelineOptions\n"
        "print(json.dumps(PipelineOptions(sys.argv[1:]).get_all_options(drop_default=True)))"
    )
    python = str(Environment.of("direct", environments).python)
    command = [python, "-c", program, *arguments(options, TARGET)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    understood: dict[str, Any] = json.loads(done.stdout)
    assert understood["runner"] == "DataflowRunner"
    assert understood["max_num_workers"] == 8
    assert understood["use_public_ips"] is False
    assert {name for name in options if name not in understood} == {"no_use_public_ips"}
