"""Licences: every spelling that the published catalogue and the feedstocks hold, names, pages, expressions."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from license_expression import get_license_index

from leap_kg.ontology.identifiers import Licence, Refusal, licence
from leap_kg.ontology.identifiers.licence_table import NAMES, PAGES, VAGUE, licence_key

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"

# What the real records say: the SPDX identifier, or words of the reason for refusing.
REAL: dict[str, str] = {
    "Apache Version 2.0": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "CC BY 4.0": "CC-BY-4.0",
    "CC-BY-4.0": "CC-BY-4.0",
    "CC-BY-NC-4.0": "CC-BY-NC-4.0",
    "Creative Commons Attribution 4.0 (CC BY 4.0)": "CC-BY-4.0",
    "Creative Commons Attribution 4.0 International": "CC-BY-4.0",
    "Creative Commons Attribution 4.0 International (CC BY 4.0)": "CC-BY-4.0",
    "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International (CC BY-NC-ND 4.0)": "CC-BY-NC-ND-4.0",
    "NASA Open Data - Creative Commons Zero (CC0)": "CC0-1.0",
    "": "no licence is given",
    "CC 4.0": "not which licence",
    "CC BY": "version is missing",
    "CC-BY": "version is missing",
    "Just a Test": "not a licence",
    "No constraints on data access or use.": "not under which licence",
    "Open Data": "not under which licence",
    "Unknown": "not known",
    "https://doi.org/10.48670/moi-00168": "a DOI, not a licence",
    "proprietary": "not by which terms",
    "unknown": "not known",
}


def identifier(text: str) -> str:
    found = licence.parse(text)
    assert isinstance(found, Licence), (text, found)
    assert found.iri == f"https://spdx.org/licenses/{found.spdx_id}"
    assert found.value == found.spdx_id
    return found.spdx_id


def reason(text: str) -> str:
    refusal = licence.parse(text)
    assert isinstance(refusal, Refusal), (text, refusal)
    return refusal.reason


def licences(document: object) -> Iterator[str]:
    """The values of every `license` key, however deep."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key == "license" and isinstance(value, str):
                yield value
            yield from licences(value)
    elif isinstance(document, list):
        for item in document:
            yield from licences(item)


@pytest.mark.parametrize(("text", "expected"), REAL.items())
def test_real_spellings_are_matched_or_refused_with_the_reason(text: str, expected: str) -> None:
    found = licence.parse(text)
    if isinstance(found, Licence):
        assert found.spdx_id == expected
    else:
        assert expected in found.reason


@pytest.mark.skipif(not DATA.is_dir(), reason="the real catalogue and feedstocks are not beside this checkout")
def test_no_real_spelling_is_left_out_of_the_table_above() -> None:
    spellings = set(licences(json.loads((DATA / "leap-catalog/consolidated-web-catalog.json").read_text("utf-8"))))
    for path in DATA.glob("feedstocks/*/feedstock/meta.yaml"):
        spellings |= set(licences(yaml.safe_load(path.read_text("utf-8"))))
    assert spellings == set(REAL)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mit", "MIT"),
        ("The MIT License", "MIT"),
        ("MIT License (Expat)", "MIT"),
        ("ＭＩＴ", "MIT"),
        ("apache 2", "Apache-2.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("Apache-2", "Apache-2.0"),
        ("BSD 3-Clause License", "BSD-3-Clause"),
        ('BSD 3-Clause "New" or "Revised" License', "BSD-3-Clause"),
        ("GNU General Public License v3.0 or later", "GPL-3.0-or-later"),
        ("GPLv3+", "GPL-3.0-or-later"),
        ("GPL v3+", "GPL-3.0-or-later"),
        ("GPL-3.0", "GPL-3.0-only"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("Mozilla Public License Version 2.0", "MPL-2.0"),
        ("CC0", "CC0-1.0"),
        ("cc-zero", "CC0-1.0"),
        ("CC0 1.0 Universal", "CC0-1.0"),
        ("Creative Commons Zero v1.0 Universal", "CC0-1.0"),
        ("CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "CC0-1.0"),
        ("ccby4.0", "CC-BY-4.0"),
        ("CC BY 4", "CC-BY-4.0"),
        ("CC-BY v4.0.", "CC-BY-4.0"),
        ("Attribution 4.0 International", "CC-BY-4.0"),
        ("CC Attribution-ShareAlike 4.0 International Public License", "CC-BY-SA-4.0"),
        ("Creative Commons Attribution Non Commercial Share Alike 3.0 Unported", "CC-BY-NC-SA-3.0"),
        ("Creative Commons Attribution No Derivatives 2.5 Generic", "CC-BY-ND-2.5"),
        ("CC BY 3.0 IGO", "CC-BY-3.0-IGO"),
        ("Creative Commons BY-NC-SA 3.0 IGO", "CC-BY-NC-SA-3.0-IGO"),
        ("ODbL", "ODbL-1.0"),
        ("Open Data Commons Attribution License (ODC-By)", "ODC-By-1.0"),
        ("Open Data Commons Attribution License (ODC-By) v1.0", "ODC-By-1.0"),
        ("Licence Ouverte / Open Licence version 2.0", "etalab-2.0"),
        ("UK Open Government Licence v3.0", "OGL-UK-3.0"),
        ("http://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/legalcode.en", "CC-BY-NC-SA-4.0"),
        ("https://www.creativecommons.org/licenses/by/3.0/us/deed.en?ref=x", "CC-BY-3.0-US"),
        ("creativecommons.org/publicdomain/zero/1.0", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
        ("https://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ("https://opensource.org/licenses/MIT", "MIT"),
        ("https://opensource.org/license/apache-2-0", "Apache-2.0"),
        ("https://opensource.org/licenses/BSD-3-Clause", "BSD-3-Clause"),
        ("https://spdx.org/licenses/CC-BY-4.0.html", "CC-BY-4.0"),
        ("https://www.nationalarchives.gov.uk/doc/non-commercial-government-licence/version/2/", "NCGL-UK-2.0"),
    ],
)
def test_names_and_pages(text: str, expected: str) -> None:
    assert identifier(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MIT OR Apache-2.0", "expression"),
        ("(MIT AND CC BY 4.0)", "expression"),
        ("MIT/Apache-2.0", "expression"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "expression"),
        ("MIT (Apache-2.0)", "two different licences"),
        ("CC BY 4.0 (CC BY-SA 4.0)", "two different licences"),
        ("MIT (but ask first)", "beside it"),
        ("CC BY 4.0, CC BY-NC 4.0", "more than one"),
        ("CC BY 4.0 3.0", "more than one"),
        ("Creative Commons", "neither which licence"),
        ("Creative Commons Attribution", "version is missing"),
        ("CC BY 2", "version is missing"),
        ("CC BY 9.0", "never made"),
        ("CC NC 4.0", "never made"),
        ("CC BY-ND-SA 4.0", "never made"),
        ("CC BY 4.0 US", "never made"),
        ("CC0 2.0", "no version but 1.0"),
        ("https://creativecommons.org/licenses/by-xx/4.0/", "never made"),
        ("https://creativecommons.org/licenses/", "not known as a licence's page"),
        ("https://example.org/licence", "not known as a licence's page"),
        ("https://github.com/leap-stc/GODAS/blob/main/LICENSE", "not known as a licence's page"),
        ("10.5281/zenodo.1", "a DOI"),
        ("GPL", "GNU"),
        ("GPL v3", "GNU"),
        ("GPL 2.0", "GNU"),
        ("LGPLv3", "GNU"),
        ("BSD", "clauses"),
        ("Apache", "version is missing"),
        ("public domain", "not a licence"),
        ("n/a", "no licence"),
        ("None", "no licence"),
        ("<LICENSE>", "placeholder"),
        ("{{ license }}", "placeholder"),
        ("LicenseRef-mine", "outside SPDX's list"),
        ("not MIT", "matches no licence"),
        ("не MIT", "matches no licence"),
        ("Classpath-exception-2.0", "matches no licence"),
        ("OR", "matches no licence"),
        ("---", "holds no name"),
        ("License", "holds no name"),
        ("MIT " * 200, "too long"),
    ],
)
def test_what_is_not_one_licence_is_refused(text: str, expected: str) -> None:
    assert expected in reason(text)


def test_every_identifier_of_the_table_is_on_spdx_list() -> None:
    listed = {entry["spdx_license_key"] for entry in get_license_index()}
    # SPDX lists the public domain mark since 3.26, newer than the oldest list the package may bring.
    assert set(NAMES) - {"CC-PDM-1.0"} <= listed


def test_every_name_of_the_table_leads_to_its_identifier() -> None:
    for spdx_id, names in NAMES.items():
        assert identifier(spdx_id) == spdx_id
        assert licence.parse(spdx_id) == Licence(spdx_id, names[0])
        for name in names:
            assert identifier(name) == spdx_id


def test_every_page_of_the_table_is_written_as_it_is_looked_up() -> None:
    for page, spdx_id in PAGES.items():
        assert page == page.lower().rstrip("/")
        assert identifier(f"https://www.{page}/") == spdx_id
        assert identifier(spdx_id) == spdx_id


def test_no_vague_text_hides_an_identifier() -> None:
    for key in VAGUE:
        assert key
        assert licence_key(key) == key
        assert isinstance(licence.parse(key), Refusal), key


@pytest.mark.parametrize("spdx_id", ["0BSD", "CC-BY-SA-2.1-JP", "CC-BY-NC-SA-2.0-UK", "X11", "W3C", "Zlib"])
def test_any_identifier_of_spdx_list_is_matched_in_any_case_and_from_its_page(spdx_id: str) -> None:
    assert identifier(spdx_id.lower()) == identifier(spdx_id.upper()) == spdx_id
    assert identifier(f"https://spdx.org/licenses/{spdx_id}") == spdx_id


def test_creative_commons_names_are_spelt_out() -> None:
    names = {spdx_id: licence.parse(spdx_id) for spdx_id in ("CC-BY-3.0", "CC-BY-NC-SA-2.0-DE", "CC-BY-2.5")}
    assert names == {
        "CC-BY-3.0": Licence("CC-BY-3.0", "Creative Commons Attribution 3.0 Unported"),
        "CC-BY-NC-SA-2.0-DE": Licence(
            "CC-BY-NC-SA-2.0-DE", "Creative Commons Attribution-NonCommercial-ShareAlike 2.0 DE"
        ),
        "CC-BY-2.5": Licence("CC-BY-2.5", "Creative Commons Attribution 2.5 Generic"),
    }
