"""What went into a paper, who uses data, and what repositories lack: only what the graph states, each once."""

from leap_kg.settings import DEFAULT_BASE as BASE
from tests.sparql.questions.asked import ask, said, stored

PAPER, CODE, BOOK = (
    "https://doi.org/10.5555/paper",
    "https://github.com/lab/code",
    "https://github.com/lab/code/blob/main/a.ipynb",
)
ACCEPTED, REJECTED = f"{BASE}verdict/accepted", f"{BASE}verdict/rejected"


def link(name: str, subject: str, predicate: str, target: str, sure: float = 0.97, status: str = "") -> str:
    """An assertion with one piece of evidence."""
    verdict = f"adms:status <{status}> ;" if status else ""
    return f"""
<urn:{name}> a leap:LinkAssertion ; rdf:subject <{subject}> ; rdf:predicate {predicate} ; rdf:object <{target}> ;
  {verdict} leap:confidence {sure} ; cito:citesAsEvidence <urn:{name}-e> .
<urn:{name}-e> oa:hasSelector [ oa:exact "{name}" ] .
"""


GRAPH = f"""
<{PAPER}> a schema:ScholarlyArticle ; dct:title "Paper" ; schema:sourceOrganization <urn:lab> ;
  dct:references <urn:data> .
<{CODE}> a schema:SoftwareSourceCode ; codemeta:referencePublication <{PAPER}> ;
  prov:used <urn:sst>, <urn:taken>, <urn:said> .
<{BOOK}> a leap:Notebook ; schema:isPartOf <{CODE}> .
<https://github.com/other/cites> schema:citation <{PAPER}> .
<urn:sst> a dcat:Distribution . <urn:taken> a dcat:Distribution . <urn:refused> a dcat:Distribution .
""" + "".join(
    (
        link("own", CODE, "codemeta:referencePublication", PAPER, 0.995),
        link("refused-code", "https://github.com/x/refused", "codemeta:referencePublication", PAPER, 0.995, REJECTED),
        link("unsure-code", "https://github.com/x/unsure", "codemeta:referencePublication", PAPER, 0.5),
        link("citing", "https://github.com/other/cites", "schema:citation", PAPER, 0.9),
        link("belongs", PAPER, "schema:sourceOrganization", "urn:lab", 0.995),
        link("names", PAPER, "dct:references", "urn:data", 0.95),
        link("reads", CODE, "prov:used", "urn:sst"),
        link("reads-taken", CODE, "prov:used", "urn:taken", 0.3, ACCEPTED),
        link("reads-refused", CODE, "prov:used", "urn:refused", 0.995, REJECTED),
        link("reads-said", CODE, "prov:used", "urn:said", 0.995, REJECTED),
        link("reads-unsure", BOOK, "prov:used", "urn:sst", 0.4),
        link("writes-refused", CODE, "prov:generated", "urn:sst", 0.995, REJECTED),
    )
)
STORE = stored(said(GRAPH))


def test_only_what_is_stated_went_into_a_paper_and_each_row_says_by_whom() -> None:
    rows = ask(STORE, "behind-paper", paper=PAPER)
    assert {(row["quote"], row["confidence"], row["status"]) for row in rows} == {
        ("own", "0.995", "evidence"),
        ("names", "0.95", "evidence"),
        ("reads", "0.97", "evidence"),
        ("reads-taken", "0.3", "curators"),
    }


def test_users_are_shown_the_evidence_of_their_use_and_not_what_was_rejected() -> None:
    assert {row.get("quote") for row in ask(STORE, "evidence-of-users", data="urn:sst")} == {"reads"}
    # Somebody else states it, too, so it stands, but the rejected link is no evidence of it.
    (code,) = (row for row in ask(STORE, "users-of-data", data="urn:said") if row["user"] == CODE)
    assert (code["pieces"], code.get("confidence")) == ("0", None)


VARIABLE = f"""
<urn:d> a dcat:Dataset ; dct:title "Sea" ; dcat:distribution <urn:s> ; schema:variableMeasured <urn:v>, <urn:w> .
<urn:s> a dcat:Distribution ; schema:variableMeasured <urn:v> .
<urn:v> schema:name "sst" ; schema:propertyID <http://vocab.nerc.ac.uk/standard_name/sea_surface_temperature/> .
<urn:w> schema:name "sea surface temperature" .
<{CODE}> a schema:SoftwareSourceCode ; prov:used <urn:d>, <urn:s> ; codemeta:referencePublication <{PAPER}> .
<{PAPER}> a schema:ScholarlyArticle ; dct:references <urn:d> .
"""


def test_each_user_of_a_variable_is_there_once_with_all_ways() -> None:
    rows = {
        row["user"]: row for row in ask(stored(said(VARIABLE)), "users-of-variable", name="sea_surface_temperature")
    }
    assert len(rows) == len(ask(stored(said(VARIABLE)), "users-of-variable", name="sea_surface_temperature")) == 2
    assert rows[PAPER]["how"].split("; ") == ["its code reads it", "its record names it"]
    assert set(rows[CODE]["path"].split("; ")) >= {
        "Sea holds it as sst, used directly",
        "Sea holds it as sst, used through its store",
    }


VERSIONS = f"""
<urn:article> a fabio:JournalArticle ; prov:wasRevisionOf <urn:preprint> . <urn:preprint> a fabio:Preprint .
<urn:v2> a dcat:Dataset ; dct:isVersionOf <urn:concept> .
<urn:release> a schema:SoftwareSourceCode ; dct:isVersionOf <urn:all> .
<{CODE}/blob/main/Dockerfile> a leap:Environment ; dct:hasVersion <{CODE}/blob/c0ffee/Dockerfile> .
<{BOOK}> a leap:Notebook, schema:SoftwareSourceCode ; dct:hasVersion <{CODE}/blob/c0ffee/a.ipynb> .
<{CODE}/blob/main/run.py> a spdx:File ; dct:hasVersion <{CODE}/blob/c0ffee/run.py> .
<urn:wheel> a schema:SoftwareApplication ; dct:isVersionOf <urn:package> .
"""


def test_versions_are_of_works_data_and_software_and_not_of_files() -> None:
    found = {(row["work"], row["how"], row["other"]) for row in ask(stored(said(VERSIONS)), "versions")}
    assert found == {
        ("urn:article", "article of the preprint", "urn:preprint"),
        ("urn:v2", "version of", "urn:concept"),
        ("urn:release", "version of", "urn:all"),
    }


REPOSITORIES = (
    "".join(
        f"""
<https://github.com/lab/{name}> a schema:SoftwareSourceCode ; schema:codeRepository <https://github.com/lab/{name}> .
<urn:finding-{name}> sh:focusNode <https://github.com/lab/{name}> ; dct:type <{BASE}finding-kind/missing-licence> .
"""
        for name in ("mined", "bare")
    )
    + """
<urn:cff> a spdx:File ; spdx:fileName "CITATION.cff" ; schema:isPartOf <https://github.com/lab/mined> .
<urn:env> a spdx:File ; spdx:fileName "binder/environment.yml" ; schema:isPartOf <https://github.com/lab/mined> .
<urn:py> a spdx:File ; spdx:fileName "environment.py" ; schema:isPartOf <https://github.com/lab/bare> .
"""
)


def test_files_that_the_miner_read_are_files_of_the_repository() -> None:
    rows = {row["repository"].rpartition("/")[2]: row for row in ask(stored(said(REPOSITORIES)), "incomplete-code")}
    assert (rows["mined"]["citation"], rows["mined"]["environment"]) == ("yes", "1")
    assert (rows["bare"]["citation"], rows["bare"]["environment"]) == ("none", "none")


def test_authors_that_somebody_else_names_are_no_citation_file() -> None:
    store = stored(said(REPOSITORIES))
    others = stored(said("<https://github.com/lab/bare> schema:author <urn:ann> ."), "urn:others")
    store.extend(others)
    rows = {row["repository"].rpartition("/")[2]: row for row in ask(store, "incomplete-code")}
    assert rows["bare"]["citation"] == "none"
