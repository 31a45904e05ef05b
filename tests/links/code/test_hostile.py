"""Bad input is a finding, never a crash, and costs a bounded amount of work."""

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.links.code import bounds, read_python, read_stored
from tests.links.code.reading import IMPORTS, found, short

BAD = {
    "syntax": b"def f(:\n",
    "python 2": b"print 'x'\n",
    "nul": b"x = 1\0",
    "not utf-8": b"x = '\xe9'\n",
    "unknown encoding": b"# -*- coding: klingon -*-\n",
    "deep brackets": b"(" * 5000 + b")" * 5000,
    "deep minus": b"x = " + b"-" * 100_000 + b"1",
    "deep dots": b"x = a" + b".b" * 200_000,
    "long f-string": b"x = f'" + b"{a}" * 40_000 + b"'",
    "too large": b"#" * (bounds.MAX_PYTHON + 1),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_parsed_is_a_finding(name: str) -> None:
    mined = read_python(BAD[name], "a.py")
    assert [finding.kind for finding in mined.findings] == ["unreadable-file"]
    assert len(mined.findings[0].message) < 400


def test_what_is_parsed_but_deep_is_followed_as_far_as_it_goes() -> None:
    tail = "\nxr.open_zarr('gs://lake/a.zarr')"
    for code in (
        "x = " + "+".join(["'gs://lake/b'"] * 900),
        "x = " + "[" * 90 + "]" * 90,
        "x = y" + ".f('gs://lake')" * 300,
        "if x:\n    pass\n" + "elif x:\n    pass\n" * 150,
        "def f(x):\n    return f(x) + g(x)\ndef g(x):\n    return f(x) + g(x)\nf('gs://')",
        "class A(B):\n    def __init__(self):\n        self.a = A()\nclass B(A):\n    pass\nA().a.a",
        "x = lambda f: f(f)\nx(x)",
        "'%999999999d' % 1\n'{:999999999}'.format(1)\n'a' * 10**9\nf'{1:{10**9}}'",
        "x = 'a'\n" + "x = x + x\n" * 60,
        "x = [1]\n" + "x = x + x\n" * 60,
        "x = {'a': 1}\n" + "x = {'a': x, 'b': x}\n" * 60 + "xr.open_mfdataset(x)",
    ):
        assert ("D1", "gs://lake/a.zarr") in found(code + tail)


def test_calls_that_fan_out_stop_and_say_so() -> None:
    code = "".join(f"def f{n}(x):\n" + f"    f{n + 1}(x + '{n}')\n    f{n + 1}(x + 'b')\n" * 30 for n in range(6))
    mined = read_python(f"{IMPORTS}u = 'gs://lake/a.zarr'\n{code}\nf0('gs://lake/')", "a.py")
    assert [finding.kind for finding in mined.findings] in ([], ["list-cut"])
    assert ("D4", "gs://lake/a.zarr") in short(mined)


def test_more_signals_than_are_kept_are_a_finding() -> None:
    mined = read_python("\n".join(f"# gs://lake/{n}.zarr" for n in range(bounds.MOST_SIGNALS + 1)), "a.py")
    assert [finding.kind for finding in mined.findings] == ["list-cut"]
    assert len(mined.signals) == bounds.MOST_SIGNALS


def test_loops_within_loops_cost_no_more_than_one_walk() -> None:
    loops = "".join("    " * n + f"for i{n} in range({bounds.MOST_VALUES}):\n" for n in range(12))
    code = loops + "    " * 12 + f"xr.open_zarr(f'gs://lake/{''.join(f'{{i{n}}}/' for n in range(12))}a.zarr')"
    signals = read_python(IMPORTS + code, "a.py").signals
    assert 1 <= len(signals) <= bounds.MOST_VALUES
    assert all(signal.target.startswith("gs://lake/") and not signal.exact for signal in signals)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "large.ipynb"
    with file.open("wb") as sparse:
        sparse.truncate(200 * 2**20)
    mined = read_stored(file, "large.ipynb")
    assert [finding.kind for finding in mined.findings] == ["unreadable-file"]


WORDS = st.sampled_from(
    r"""xr.open_zarr( 'gs://l/a' f'gs://{x}' for|x|in [ ] ) if else def|f(x): lambda : return x = + % / , self . { }
    class import from * ** @ # ! None 'a'.format open( 'w' fs.glob( cat = intake.open_catalog('u') cat['k'] while
    with as try: except: yield await global x += :=""".replace("|", " ").split(" ")
)


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, max_size=40))
def test_any_words_give_an_answer(words: list[str]) -> None:
    limit = sys.getrecursionlimit()
    mined = read_python(IMPORTS + " ".join(words), "a.py")
    assert len(mined.findings) <= 1
    assert sys.getrecursionlimit() == limit


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_an_answer(data: bytes) -> None:
    assert len(read_python(data, "a.py").findings) <= 1
