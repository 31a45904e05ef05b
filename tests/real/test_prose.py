"""The words of real feedstocks are read, and every signal shows the line that it stands on."""

from pathlib import Path

import pytest

from leap_kg.links.prose import read_prose, reads

FEEDSTOCKS = Path(__file__).parents[3] / "shared" / "data" / "feedstocks"


def test_the_words_of_feedstocks() -> None:
    if not FEEDSTOCKS.is_dir():
        pytest.skip("the feedstocks are not beside the repository")
    read, found = 0, 0
    for file in sorted(FEEDSTOCKS.rglob("*")):
        if file.is_file() and reads(file.name):
            data = file.read_bytes()
            mined = read_prose(data, file.name)
            lines = data.decode().replace("\r\n", "\n").split("\n")
            read += 1
            found += len(mined.signals)
            assert mined.findings == ()
            for signal in mined.signals:
                assert signal.place.quote in lines[signal.place.start - 1]
                named = signal.target.removeprefix("https://doi.org/").lower()
                assert named in signal.place.quote.lower()
    assert read >= 30
    assert found >= 10
