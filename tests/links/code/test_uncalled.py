"""Classes and functions that nothing in the file calls: what they inherit, what their parameters are said to be."""

import pytest

from leap_kg.links.code import read_python, read_repository
from tests.links.code.reading import IMPORTS, found

BASE = "class Source:\n    url = None\n    def where(self):\n        return self.url\n"
GET = "    def get(self):\n        return xr.open_dataset(self.where())\n"
BOTH = [("D1", "https://host.org/a.nc"), ("D1", "https://host.org/b.nc")]


@pytest.mark.parametrize(
    "derived",
    [
        "class A(Source):\n    url = 'https://host.org/a.nc'\nclass B(Source):\n    url = 'https://host.org/b.nc'\n",
        "class A(Source):\n    def where(self):\n        return 'https://host.org/a.nc'\n"
        "class B(A):\n    def where(self):\n        return 'https://host.org/b.nc'\n",
    ],
    ids=["attributes", "methods"],
)
def test_what_classes_say_otherwise_than_their_bases(derived: str) -> None:
    assert found(BASE + GET + derived) == BOTH


def test_a_class_that_inherits_from_another_file_shows_at_its_head() -> None:
    files = {
        "base.py": IMPORTS + BASE + GET,
        "own.py": "from base import Source\n\nclass A(Source):\n    url = 'https://host.org/a.nc'\n",
    }
    mined = dict(read_repository({path: text.encode() for path, text in files.items()}))
    (signal,) = mined["own.py"].signals
    assert (signal.target, signal.place.start, signal.place.end) == ("https://host.org/a.nc", 3, 3)
    assert signal.place.quote == "class A(Source):"
    assert mined["base.py"].signals == ()


def test_a_class_that_changes_nothing_is_not_followed_again() -> None:
    assert found(BASE.replace("None", "'https://host.org/a.nc'") + GET + "class A(Source):\n    more = 1\n") == BOTH[:1]


ABOVE = (
    "class Base:\n    def __init__(self, path):\n        self.path = path\n    def name(self):\n        return 'x'\n"
)
LOAD = "    def load(self):\n        return xr.open_zarr(f'{self.path}/{self.name()}.zarr')\n"


def test_super_is_the_object_itself() -> None:
    derived = (
        "class Own(Base):\n    def __init__(self, place):\n        super().__init__(path=place)\n"
        "    def name(self):\n        return 'y' + super().name()\n"
    )
    assert found(ABOVE + LOAD + derived + "Own('gs://lake').load()") == [("D1", "gs://lake/yx.zarr")]


def test_super_of_a_class_that_nobody_knows_has_methods_by_their_names() -> None:
    code = "class A:\n    def load(self):\n        return super().{}('gs://lake/a.zarr')\nsuper().load()"
    assert found(code.format("load")) == [("D1", "gs://lake/a.zarr")]
    assert found(code.format("prepare")) == [("D4", "gs://lake/a.zarr")]


SETTINGS = "class Settings:\n    root = 'gs://lake'\n"


@pytest.mark.parametrize("annotation", ["Settings", "'Settings'", "str"])
def test_a_parameter_of_a_class_with_defaults_makes_a_candidate(annotation: str) -> None:
    code = f"{SETTINGS}def load(given: {annotation}):\n    xr.open_zarr(f'{{given.root}}/a.zarr')\n"
    signals = [each for each in read_python(IMPORTS + code, "a.py").signals if each.exact and each.method == "D1"]
    told = [(each.target, each.confidence) for each in signals]
    assert told == ([("gs://lake/a.zarr", 0.75)] if annotation == "Settings" else [])


def test_what_calls_pass_is_surer() -> None:
    code = f"{SETTINGS}def load(given: Settings):\n    xr.open_zarr(given.root + '/a.zarr')\nload(Settings())\n"
    assert [each.confidence for each in read_python(IMPORTS + code, "a.py").signals] == [0.97]
