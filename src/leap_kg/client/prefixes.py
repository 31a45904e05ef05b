"""The prefixes of the graph, as its JSON-LD context has them, declared in queries that use them undeclared."""

import re
from collections.abc import Mapping

from leap_kg.client.errors import BadAnswer
from leap_kg.client.text import is_iri

_NAME = re.compile(r"[A-Za-z][\w-]*", re.ASCII)
# Texts, IRIs and comments are passed over; what is left is a declaration or the prefix of a name.
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|'
    r"'''(?:[^'\\]|\\.|'(?!''))*'''|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'(?:[^'\\\n]|\\.)*'|"
    r'<[^<>"{}|^`\\\s]*>|'
    r"\#[^\n]*|"
    r"(?i:\bPREFIX)\s+(?P<declared>[A-Za-z][\w.-]*)?:|"
    r"(?<![\w?$:@.-])(?P<used>[A-Za-z][\w-]*):",
    re.DOTALL,
)


def prefixes_in(context: object) -> dict[str, str]:
    """The prefixes that a JSON-LD context declares; raises `BadAnswer` if it has none for the graph itself (`kg`)."""
    terms = context.get("@context") if isinstance(context, dict) else None
    found = {}
    for name, meaning in terms.items() if isinstance(terms, dict) else ():
        namespace = meaning.get("@id") if isinstance(meaning, dict) else meaning
        if (
            isinstance(namespace, str)
            and namespace.endswith(("/", "#"))
            and is_iri(namespace)
            and _NAME.fullmatch(name)
        ):
            found[name] = namespace
    if "kg" not in found:
        raise BadAnswer("the server does not say what its IRIs begin with", "Is it a leap-kg server?")
    return found


def undeclared(query: str) -> set[str]:
    """The prefixes that a query uses and does not declare."""
    declared, used = set(), set()
    for found in _TOKEN.finditer(query):
        declared.add(found["declared"])
        used.add(found["used"])
    return {name for name in used - declared if name}


def declared(query: str, known: Mapping[str, str]) -> str:
    """The query with the known ones of these declared, on its first line, so that messages name the right lines."""
    lines = [f"PREFIX {name}: <{known[name]}>" for name in sorted(undeclared(query) & known.keys())]
    return " ".join([*lines, query])
