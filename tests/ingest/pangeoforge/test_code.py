"""recipe.py as text: what it defines and which addresses it writes out, whatever it holds, and never by running it."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap_kg.ingest.formats.yamltext import Unreadable
from leap_kg.ingest.pangeoforge.code import MAX_BYTES, Code, read_code

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "platform" / "feedstocks").glob("*/feedstock/recipe.py"))

BEAM = '''
"""Documentation at https://docs.example.org/recipe."""
import apache_beam as beam
from pangeo_forge_recipes.patterns import ConcatDim, FilePattern, pattern_from_file_sequence
from pangeo_forge_recipes.transforms import OpenURLWithFSSpec, StoreToZarr

# https://comments.example.org/x
base = "https://data.example.org/thredds"
catalog_store_urls = {"small": "gs://bucket/out.zarr"}

def make_url(time, variable="sst"):
    """See https://docs.example.org/url."""
    return f"{base}/{variable}_{time:%Y}.nc"

def other(time):
    return "s3://bucket/{yyyy}/file.nc".format(yyyy=time)

urls = ["https://a.example.org/1.nc", "https://a.example.org/" + "2.nc"]
pattern = FilePattern(make_url, ConcatDim("time", keys=range(3)))
recipe = (
    beam.Create(pattern.items())
    | OpenURLWithFSSpec()
    | "Write" >> StoreToZarr(store_name="x.zarr", target_root="s3://target/x")
)
legacy: object = XarrayZarrRecipe(pattern, target_chunks={"time": 1})
recipes = {"a": legacy, "b": legacy}
many = {key: HDFReferenceRecipe(pattern) for key in "ab"}
'''


def read(text: str) -> Code:
    return read_code(text.encode(), what="recipe.py")


def test_recipes_are_found_by_what_makes_them() -> None:
    code = read(BEAM)
    assert {each.name: each.steps for each in code.recipes} == {
        "recipe": ("Create", "OpenURLWithFSSpec", "StoreToZarr"),
        "legacy": ("XarrayZarrRecipe",),
        "many": ("HDFReferenceRecipe",),
    }
    assert code.defined["recipes"].keys == ("a", "b")
    assert code.defined["make_url"].line == 11
    assert "StoreToZarr" in code.defined


def test_addresses_are_put_together_from_literals_and_what_is_computed_stays_a_hole() -> None:
    code = read(BEAM)
    assert code.inputs == ("https://a.example.org/1.nc", "https://a.example.org/2.nc")
    assert code.templates == ("https://data.example.org/thredds/{variable}_{time}.nc", "s3://bucket/{yyyy}/file.nc")
    assert code.outputs == ("gs://bucket/out.zarr", "s3://target/x")


def test_nothing_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    code = read(
        f"import pathlib\npathlib.Path({str(mark)!r}).touch()\nrecipe = __import__('os').system('touch {mark}')\n"
    )
    assert not mark.exists()
    assert "recipe" in code.defined


@pytest.mark.parametrize(
    ("text", "templates"),
    [
        ("x = 'https://a.b/' + year + '.nc'", ("https://a.b/{year}.nc",)),
        ("x = f'https://a.b/{d.year}/{d.month:02d}.nc'", ("https://a.b/{year}/{month}.nc",)),
        ("x = f'https://a.b/{f(1)}/{a[0]}'", ("https://a.b/{f}/{a}",)),
        ("y = 'https://a.b/{}.nc'\nx = y.format(1)", ("https://a.b/{}.nc",)),
        ("u = 'https://a.b'\nu = 'https://c.d'\nx = f'{u}/e'", ()),
        ("def f(u='https://a.b'):\n    return f'{u}/e'", ()),
        ("x = [f'https://a.b/{y}.nc' for y in years]", ("https://a.b/{y}.nc",)),
        ("x = 1 + 2 + name", ()),
        ("x = 'text ' + 'https://a.b/{c}'", ()),
    ],
)
def test_templates(text: str, templates: tuple[str, ...]) -> None:
    assert read(text).templates == templates


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("if x:\n    a = 1\nelse:\n    b = 2", {"a", "b"}),
        ("try:\n    a = 1\nexcept E:\n    pass\nfinally:\n    c = 1", {"a", "c"}),
        ("with beam.Pipeline() as p:\n    a, b = 1, 2", {"a", "b"}),
        ("class A: pass\ndef f(): inner = 1\nasync def g(): pass", {"A", "f"}),
        ("from x import y as z, w\nimport a.b", {"z", "w", "a"}),
        ("a: int\nb += 1", {"a", "b"}),
    ],
)
def test_what_a_module_binds(text: str, names: set[str]) -> None:
    assert set(read(text).defined) == names


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parts[-3])
def test_the_recipes_of_the_example_platform_are_read(path: Path) -> None:
    code = read_code(path.read_bytes(), what=str(path))
    assert code.defined
    assert not code.outputs


def test_there_are_examples() -> None:
    assert EXAMPLES


SNIPPETS = st.sampled_from(
    (
        *("x = ", "'https://a.b/{c}'", "f'{x}'", "(", ")", "|", ">>", "StoreToZarr(", "{", "}", ":", "\n", "    "),
        *("def f(", "if x:", "#", "1", ",", "recipe", "+", "lambda", "'''", "\\", "\x00", "async ", "await "),
        *("[", "]", "for y in z"),
    )
)


@given(st.lists(SNIPPETS, max_size=25).map("".join) | st.text(max_size=100))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        code = read_code(text.encode("utf-8", "replace"), what="recipe.py")
    except Unreadable:
        return
    assert all("://" in address for address in (*code.inputs, *code.templates, *code.outputs))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_code(data, what="recipe.py")
    except Unreadable:
        return


LENGTH = MAX_BYTES - 100
DEEP = {
    "brackets": "(" * LENGTH,
    "signs": "-" * LENGTH + "1",
    "attributes": "a" + ".a" * (LENGTH // 2),
    "sum": "x = 1" + "+1" * (LENGTH // 2),
    "calls": "a" + "()" * (LENGTH // 2),
    "steps": "x = a()" + "|a()" * (LENGTH // 4),
    "otherwise": "if 1:\n pass\n" + "elif 1:\n pass\n" * (LENGTH // 14),
    "lambdas": "lambda:" * (LENGTH // 7) + "1",
    "ternaries": "1 if 1 else " * (LENGTH // 12) + "1",
    "comparisons": "a" + "<a" * (LENGTH // 2),
    "text": "x = 'https://a/'" + "+'a'" * (LENGTH // 4),
    "many": "\n".join(f"a{n} = f'https://x/{{b{n}}}' + a{n} + c" for n in range(2000)),
    "digits": "1" * LENGTH,
    "size": "#" * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("name", sorted(DEEP))
def test_nesting_that_overflows_a_parser_is_refused_and_ends_no_process(name: str) -> None:
    script = """
import sys
from leap_kg.ingest.pangeoforge.code import read_code
from leap_kg.ingest.formats.yamltext import Unreadable
try:
    read_code(sys.stdin.buffer.read(), what="x")
except Unreadable as problem:
    print(problem.reason)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        input=DEEP[name].encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
