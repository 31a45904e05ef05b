"""`leap-kg hub declare` and `render` for what runs beside hubs."""

from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Run
from tests.hub.test_parts import folder


@pytest.mark.all
def test_an_environment_is_declared_and_shown(leap_kg: Run, tmp_path: Path) -> None:
    done = leap_kg("hub", "declare", str(folder(tmp_path)))
    assert (done.returncode, done.stdout.startswith("4 parts of lab are declared")) == (0, True), done.stderr
    done = leap_kg("hub", "render", "ocean", "--cluster", "lab")
    space, config, job = yaml.safe_load_all(done.stdout)
    assert [each["kind"] for each in (space, config, job)] == ["Namespace", "ConfigMap", "Job"]
    assert config["data"] == {"environment.yml": "dependencies: [python=3.12]\n"}
    pod = job["spec"]["template"]["spec"]
    assert pod["volumes"][0] == {"name": "spec", "configMap": {"name": config["metadata"]["name"]}}
    done = leap_kg("hub", "render", "nobody", "--cluster", "lab")
    assert (done.returncode, done.stdout) == (3, "")
