"""Groups of people who may use a hub or a part of it: GitHub organisations and teams, or a hub's own groups."""

import re
from collections.abc import Mapping
from typing import Any

from pyoxigraph import NamedNode

from leap_kg.ingest.mapping.statements import Statements
from leap_kg.ontology.iri import mint
from leap_kg.ontology.namespaces import FOAF

_GITHUB = re.compile(
    r"(?P<organisation>[a-z\d](?:[a-z\d-]{0,37}[a-z\d])?)(?::(?P<team>[a-z\d][a-z\d._-]{0,99}))?",
    re.ASCII | re.IGNORECASE,
)


def lets_in_github(config: Mapping[str, Any]) -> bool:
    """Whether people sign in to the hub with GitHub, so that its groups are organisations and teams."""
    jupyterhub = config.get("JupyterHub")
    chosen = jupyterhub.get("authenticator_class") if isinstance(jupyterhub, dict) else None
    return "github" in str(chosen).lower() if chosen else "GitHubOAuthenticator" in config


def group(text: str, domain: str, github: bool, say: Statements, base: str) -> NamedNode:
    """The node of a group, `organisation:team` or `organisation` on GitHub; any other is the hub's own."""
    found = _GITHUB.fullmatch(text) if github else None
    if found is None:
        node = mint(base, "group", domain, text)
    elif found["team"]:
        node = NamedNode(f"https://github.com/orgs/{found['organisation'].lower()}/teams/{found['team'].lower()}")
    else:
        node = NamedNode(f"https://github.com/{found['organisation'].lower()}")
    say.type(node, FOAF("Group"))
    say.text(node, FOAF("name"), text)
    return node
