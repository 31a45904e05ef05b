"""Dead letters are grouped by what is wrong, and none is lost on the way."""

from hypothesis import given, settings
from hypothesis import strategies as st

from leap_kg.ingest.state import DeadLetter
from leap_kg.ingest.state.causes import causes

URL = "https://x.example.org/{}.json"


def letter(key: str, reason: str, host: str = "x.example.org", stage: str = "fetch") -> DeadLetter:
    return DeadLetter("lab", key, f"https://{host}/{key}.json", stage, reason)


def test_reasons_that_differ_in_addresses_keys_and_numbers_are_one() -> None:
    refused = ": cannot be reached (Connection refused): try again"
    down = [letter(f"r{n}", URL.format(f"r{n}") + refused) for n in range(9)]
    held = [letter(f"h{n}", f"{URL.format(n)}: its host has failed {n} times in a row: come back") for n in (5, 60, 7)]
    own = [letter("k1", "the record k1 has 3 titles"), letter("k2", "the record k2 has 12 titles")]
    found = causes([*down, *held, *own, letter("z", "is empty"), letter("r0", down[0].reason, "y.example.org")])
    assert [(cause.head, cause.reason) for cause in found] == [
        ("9 records of x.example.org", "cannot be reached (Connection refused): try again"),
        ("3 records of x.example.org", "its host has failed 5 times in a row: come back"),
        ("2 records of x.example.org", "the record k1 has 3 titles"),
        ("z", "is empty"),
        ("r0", f"{URL.format('r0')}: cannot be reached (Connection refused): try again"),
    ]
    assert found[0].example == down[0]


def test_addresses_elsewhere_are_causes_of_their_own() -> None:
    contexts = ("http://169.254.169.254/latest", "https://schema.org/", "https://schema.org/")
    told = [letter(f"r{n}", f"the context {each} is not bundled: use ours") for n, each in enumerate(contexts)]
    files = [
        DeadLetter("lab", each.key, f"https://w3id.org/x/file/lab/{each.key}", "map", each.reason) for each in told
    ]
    for letters in (told, files):
        assert [(len(cause.letters), cause.reason) for cause in causes(letters)] == [
            (1, told[0].reason),
            (2, told[1].reason),
        ]


def test_local_files_are_of_no_host() -> None:
    files = [
        DeadLetter("lab", key, f"https://w3id.org/x/file/lab/{key}", "map", "says nothing") for key in ("one", "two")
    ]
    assert [cause.head for cause in causes(files)] == ["2 records"]


TEXTS = st.text(max_size=12) | st.sampled_from(["https://[", "https://a.b/1: x", "12 of 3", "", "://"])


@given(
    st.lists(st.builds(DeadLetter, st.just("lab"), TEXTS, TEXTS, st.sampled_from(["fetch", "map"]), TEXTS), max_size=8)
)
@settings(max_examples=50)
def test_every_letter_is_in_one_group(letters: list[DeadLetter]) -> None:
    found = causes(letters)
    assert sorted(map(repr, (letter for cause in found for letter in cause.letters))) == sorted(map(repr, letters))
    assert all(cause.head is not None and cause.reason is not None for cause in found)
