"""The kernels of this machine that stand for images."""

import json
from pathlib import Path

import pytest

from leap_kg.hub.local.kernels import Kernels, KernelsFaulty, installed_kernels, read_kernels

INSTALLED = {
    "python3": {"display_name": "Python 3", "language": "python", "argv": ["python", "-m", "x", "{connection_file}"]},
    "ir": {"display_name": "R", "language": "R", "argv": ["R", "{connection_file}"]},
}


def test_the_first_pattern_that_fits_counts() -> None:
    kernels = Kernels(INSTALLED, [("rocker/*:4.?", "ir"), ("rocker/*", "python3")])
    assert [kernels.of(image).name for image in ("rocker/geo:4.5", "rocker/geo:5", "other:1", "")] == [
        "ir", "python3", "python3", "python3",
    ]  # fmt: skip
    assert [kernels.of(image).stands_for_it for image in ("rocker/geo:5", "other:1")] == [True, False]


def test_whatever_is_chosen_is_python3_of_the_server_with_the_magics(tmp_path: Path) -> None:
    kernels = Kernels(INSTALLED, [("rocker/*", "ir")])
    own, other = (kernels.folder(kernels.of(image), tmp_path) for image in ("x:1", "rocker/geo:4.5"))
    read = [json.loads((folder / "kernels" / "python3" / "kernel.json").read_text()) for folder in (own, other)]
    assert read[0]["argv"] == [*INSTALLED["python3"]["argv"], "--InteractiveShellApp.extra_extensions=leap_kg.client"]
    assert read[1]["argv"] == INSTALLED["ir"]["argv"]
    assert kernels.folder(kernels.of("x:1"), tmp_path) == own


def test_a_kernel_that_is_not_here_is_named_with_those_that_are() -> None:
    with pytest.raises(KernelsFaulty, match=r"no kernel julia on this machine, where these are: ir, python3"):
        Kernels(INSTALLED, [("a", "julia")])


@pytest.mark.parametrize("text", ["kernels: 3", "[]", "kernels: [{image: a}]", "kernels: [x]", "a: [", "\x00"])
def test_a_list_that_is_none_says_so(text: str) -> None:
    with pytest.raises(KernelsFaulty, match=r"kernels\.yaml"):
        read_kernels(text.encode(), "kernels.yaml")


def test_the_list_that_is_shipped_is_one() -> None:
    file = Path(__file__).resolve().parents[3] / "hub" / "local" / "kernels.yaml"
    assert read_kernels(file.read_bytes(), "kernels.yaml") == []
    assert read_kernels(b"kernels: [{image: 'a/b:*', kernel: c}]", "k") == [("a/b:*", "c")]


def test_this_machine_has_a_kernel() -> None:
    pytest.importorskip("jupyter_client", reason="jupyter_client is absent: it comes with the extra hub-local")
    assert Path(installed_kernels()["python3"]["argv"][0]).is_absolute()
