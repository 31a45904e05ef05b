"""What tests of R, Julia and shell share: small files, and what was found in them, in short."""

from leap_kg.links.code import read_repository
from leap_kg.links.code.languages.files import read_source
from tests.links.code.reading import short


def found(code: str, path: str) -> list[tuple[str, str]]:
    """Method and target of each signal of a file; no finding is expected."""
    mined = read_source(code.encode(), path)
    assert mined.findings == ()
    return short(mined)


def opened(code: str, path: str) -> list[str]:
    """What a file opens, in its order, each once."""
    return list(dict.fromkeys(target for method, target in found(code, path) if method == "D1"))


def together(files: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What is found in the files of a repository."""
    mined = read_repository({path: text.encode() for path, text in files.items()})
    return {path: short(each) for path, each in mined if each.signals}
