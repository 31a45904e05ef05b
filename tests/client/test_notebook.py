"""`%load_ext leap_kg` in a real IPython, and what importing the client costs."""

import json
import os
import subprocess
import sys

import pytest

from leap_kg.client import Client


def ipython(*cells: str, environment: dict[str, str] | None = None) -> str:
    """What a fresh IPython prints for these cells; every one of them must run."""
    program = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in json.loads(sys.argv[1]):
    shell.run_cell(cell)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(cells)],
        env={**os.environ, "IPYTHONDIR": "/nonexistent", **(environment or {})},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.mark.all
@pytest.mark.parametrize("extension", ["leap_kg", "leap_kg.client"])
def test_cells_and_lines_are_queries(kg: Client, extension: str) -> None:
    said = ipython(
        f"%load_ext {extension}",
        "%%sparql --out titles\nSELECT ?title WHERE { ?d a dcat:Dataset ; dct:title ?title } ORDER BY ?title",
        "print(type(titles).__name__, str(titles.dtypes['title']), 'Example wind stress' in set(titles['title']))",
        "there = %sparql ASK { ?d a dcat:Dataset }",
        "print('there:', there)",
        f"%%sparql {kg.url} -qs number\nSELECT (COUNT(*) AS ?n) WHERE {{ ?d a dcat:Dataset }}",
        "print(number['n'].dtype)",
        f"%%sparql --url {kg.url} --at 1 -o early\nASK {{ ?d a dcat:Dataset }}",
        "print('early:', early)",
        environment={"LEAP_KG_URL": kg.url},
    )
    assert "DataFrame string True" in said
    assert "there: True" in said
    assert "Int64" in said
    assert "early: False" in said


def test_faults_in_a_cell_are_one_line_and_no_traceback(kg: Client) -> None:
    said = ipython(
        "%load_ext leap_kg",
        "%%sparql\nSELECT * WHERE { ?a ?b }",
        "%%sparql --out not-a-name\nASK {}",
        "%%sparql nonsense\nASK {}",
        "%sparql",
        f"%sparql --url {kg.url} --at never ASK {{}}",
        environment={"LEAP_KG_URL": kg.url},
    )
    assert said.count("UsageError") == 5
    assert "Traceback" not in said
    assert "is not the name of a variable" in said
    assert "There is no query" in said
    assert "set LEAP_KG_URL" in ipython("%load_ext leap_kg", "%sparql ASK {}", environment={"LEAP_KG_URL": ""})


def test_keys_are_completed_by_names_of_datasets(kg: Client) -> None:
    said = ipython(
        f"import leap_kg; kg = leap_kg.Client({kg.url!r})",
        'print(get_ipython().complete("kg.datasets[\'example-lab/sst")[1])',
    )
    assert "sst-analysis-feedstock" in said


def test_importing_the_client_needs_nothing_of_the_server_nor_what_methods_need() -> None:
    program = """
import sys, leap_kg.client
leap_kg.client.Client("http://127.0.0.1:9")
heavy = {"pandas", "numpy", "xarray", "zarr", "rdflib", "pystac_client", "IPython", "fsspec", "pyoxigraph", "fastapi",
         "starlette", "pydantic", "granian"}
server = {name for name in sys.modules if name.startswith("leap_kg.") and not name.startswith("leap_kg.client")}
server.discard("leap_kg.unlisted")  # what both know of stores, of which this needs the standard library alone
print(sorted(heavy & sys.modules.keys()), sorted(server))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[] []\n"
