"""The people and organisations of a repository: owners and contributors by login, authors by ORCID or by the record.

A name joins nobody: an author without ORCID and login is a person of this repository alone.
"""

from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.github.citation import Creator
from leap_kg.ingest.github.fields import word
from leap_kg.ingest.mapping.people import describe_person, person_iri
from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.identifiers import Refusal, Repository, github
from leap_kg.ontology.iri import digest, mint, slug
from leap_kg.ontology.namespaces import FOAF, ORG, SCHEMA

_LONGEST_SLUG = 80


def account(said: dict[str, Any], say: Statements, base: str) -> NamedNode | None:
    """The node of an account by its login; `None` for a bot, and for an account that is gone."""
    login = github.parse_login(word(said.get("login")))
    if isinstance(login, Refusal) or said.get("type") not in ("User", "Organization"):
        return None
    if said["type"] == "Organization":
        return organisation(login.value, word(said.get("name")), say, base)
    person = person_iri(None, login.value, (), base)
    say.extend(describe_person(person, word(said.get("name")), login.value))
    return person


def organisation(login: str, name: str, say: Statements, base: str) -> NamedNode:
    """The node of an organisation on GitHub."""
    node = mint(base, "organization", "github", login)
    say.type(node, ORG("Organization"))
    say.text(node, FOAF("name"), name or login)
    say.link(node, FOAF("account"), f"https://github.com/{login}")
    return node


def creator(said: Creator, repository: Repository, say: Statements, base: str) -> NamedNode:
    """The node of whom a citation file names."""
    name = f"{slug(said.name)}-{digest(said.name)}"
    if said.entity:
        words = slug(said.name) if len(said.name) <= _LONGEST_SLUG else name
        node = mint(base, "organization", words)
        say.type(node, ORG("Organization"))
        say.text(node, FOAF("name"), said.name)
        return node
    person = person_iri(said.orcid or None, said.login or None, (*repository.key.split("/"), name), base)
    say.extend(describe_person(person, said.name, said.login or None))
    say.text(person, SCHEMA("affiliation"), said.affiliation)
    return person
