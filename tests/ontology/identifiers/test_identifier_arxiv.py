"""arXiv identifiers: the spellings that occur, and numbers that arXiv never gave."""

import pytest

from leap_kg.ontology.identifiers import Arxiv, Refusal, arxiv


@pytest.mark.parametrize(
    ("text", "value", "version"),
    [
        ("2306.08754", "2306.08754", None),
        ("2306.08754v2", "2306.08754", 2),
        ("arXiv:2306.08754", "2306.08754", None),
        ("arxiv: 2306.08754v12", "2306.08754", 12),
        ("arXiv.2306.08754", "2306.08754", None),
        ("ARXIV:2306.08754V2", "2306.08754", 2),
        ("arXiv preprint arXiv:2204.08322", "2204.08322", None),
        ("arXiv preprint arXiv:2204.08322, 2022", "2204.08322", None),
        ("arXiv e-prints, arXiv:2204.08322 (2022).", "2204.08322", None),
        ("CoRR, abs/2204.08322", "2204.08322", None),
        ("arXiv:2204.08322v3 [cs.LG]", "2204.08322", 3),
        ("https://arxiv.org/abs/2306.08754", "2306.08754", None),
        ("https://www.arxiv.org/abs/2306.08754v1?context=cs.LG", "2306.08754", 1),
        ("http://export.arxiv.org/pdf/2306.08754v2.pdf", "2306.08754", 2),
        ("https://arxiv.org/pdf/2306.08754#page=3", "2306.08754", None),
        ("arxiv.org/abs/2306.08754/", "2306.08754", None),
        ("https://ar5iv.labs.arxiv.org/html/2306.08754", "2306.08754", None),
        ("https://doi.org/10.48550/arXiv.2306.08754", "2306.08754", None),
        ("10.48550/ARXIV.HEP-TH/9901001", "hep-th/9901001", None),
        ("hep-th/9901001", "hep-th/9901001", None),
        ("arXiv:math.GT/0309136v1", "math/0309136", 1),
        ("https://arxiv.org/abs/cond-mat.stat-mech/9901001v2", "cond-mat/9901001", 2),
        ("0704.0001", "0704.0001", None),
        ("1412.9999", "1412.9999", None),
        ("1501.00001", "1501.00001", None),
    ],
)
def test_spellings(text: str, value: str, version: int | None) -> None:
    parsed = arxiv.parse(text)
    assert parsed == Arxiv(value, version)
    assert isinstance(parsed, Arxiv)
    assert parsed.iri == f"https://arxiv.org/abs/{value}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "arXiv",
        "arXiv:",
        "2306.0875",
        "2306.087544",
        "1412.00001",
        "2313.00001",
        "2300.00001",
        "0703.0001",
        "2306.00000",
        "2306.08754v0",
        "hep-th/0704001",
        "hep-th/9913001",
        "hep-th/9901000",
        "hep-xx/9901001",
        "hep-th/990100",
        "10.5281/zenodo.1",
        "https://example.org/abs/2306.08754",
        "see 2306.08754",
        "2306.08754 2306.08755",
        "２３０６.０８７５４",
    ],
)
def test_refusals(text: str) -> None:
    assert isinstance(arxiv.parse(text), Refusal)
