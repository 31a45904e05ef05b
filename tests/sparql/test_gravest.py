"""Findings on the page of a record: the gravest first, whatever their kinds are called."""

from itertools import permutations

import pytest

from tests.sparql.questions.asked import questions, said, stored


@pytest.mark.parametrize("severities", list(permutations(("Violation", "Warning", "Info"))))
def test_the_gravest_finding_of_a_record_comes_first(severities: tuple[str, ...]) -> None:
    turtle = "".join(
        f"<urn:f{number}> a sh:ValidationResult ; sh:focusNode <urn:data> ; dct:type <urn:kind{number}> ; "
        f'sh:resultSeverity sh:{severity} ; sh:resultMessage "m{number}" ; leap:fixHint "h" .\n'
        for number, severity in enumerate(severities)
    )
    query = questions().get("panels/record-findings")
    assert query is not None
    rows = stored(said(turtle)).query(query.bind(node="urn:data"), use_default_graph_as_union=True)
    found = [row["severity"].value.rpartition("#")[2] for row in rows]  # type: ignore[union-attr]
    assert found == ["Violation", "Warning", "Info"]
