"""A query's text as a template, changed token by token so that strings, comments and IRIs stay what they are."""

from collections.abc import Callable, Mapping

from leap_kg.sparql.tokens import Kind, LexicalError, Token, tokenize


def substitute(text: str, terms: Mapping[str, str]) -> str:
    """`text` with every variable that `terms` has (as `?name`) replaced by the term, wherever it stands."""
    return _replace(text, lambda token: terms.get(_variable(token)) if token.kind is Kind.VARIABLE else None)


def rebase(text: str, old: str, new: str) -> str:
    """`text` with the IRIs, and the strings in double quotes, that begin with `old` moved to `new`."""
    if old == new:
        return text

    def moved(token: Token) -> str | None:
        if token.kind not in (Kind.IRI, Kind.STRING) or token.text[0] == "'" or not token.text[1:].startswith(old):
            return None
        return token.text[0] + new + token.text[1:].removeprefix(old)

    return _replace(text, moved)


def declare(text: str, prefixes: Mapping[str, str]) -> str:
    """`text` with a PREFIX line for each prefix that it uses without one; raises `LexicalError` at an unknown one."""
    declared: set[str] = set()
    missing: dict[str, str] = {}
    previous = ""
    for token in tokenize(text):
        if token.kind is Kind.NAME:
            prefix = token.text.partition(":")[0]
            if previous == "PREFIX":
                declared.add(prefix)
            elif prefix not in declared and prefix not in prefixes:
                raise LexicalError(token.offset, f"the prefix {prefix!r} is not declared and not one of ours")
            elif prefix not in declared:
                missing[prefix] = prefixes[prefix]
        previous = token.text.upper()
    return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in sorted(missing.items())) + text


def parameters(text: str) -> dict[str, Token]:
    """The variables that begin with an underscore, as `?_name`, each with its first token."""
    found: dict[str, Token] = {}
    for token in tokenize(text):
        if token.kind is Kind.VARIABLE and token.text[1] == "_":
            found.setdefault(_variable(token), token)
    return found


def variables(text: str) -> set[str]:
    """The names of all variables, without their mark."""
    return {token.text[1:] for token in tokenize(text) if token.kind is Kind.VARIABLE}


def limit(text: str) -> int | None:
    """The LIMIT of the whole query, not of one inside it; `None` if there is none."""
    found = _limit(text)
    return None if found is None else int(found[1].text)


def limited(text: str, tail: str) -> str:
    """`text` with `tail` (`LIMIT 5`, or nothing) in the place of the LIMIT of the whole query, if there is one."""
    if (found := _limit(text)) is None:
        return text
    word, number = found
    return text[: word.offset] + tail + text[number.end :]


def _limit(text: str) -> tuple[Token, Token] | None:
    """The word LIMIT of the whole query and its number."""
    depth, found, before = 0, None, None
    for token in tokenize(text):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0 and before is not None and before.text.upper() == "LIMIT" and token.kind is Kind.NUMBER:
            found = before, token
        before = token
    return found


def _variable(token: Token) -> str:
    """`$x` and `?x` are the same variable."""
    return "?" + token.text[1:]


def _replace(text: str, replacement: Callable[[Token], str | None]) -> str:
    """`text` with some tokens replaced; what a term could grow together with is kept off it by a space."""
    parts: list[str] = []
    copied = 0
    for token in tokenize(text):
        if (term := replacement(token)) is None:
            continue
        before, after = text[token.offset - 1 : token.offset], text[token.end : token.end + 1]
        parts += [text[copied : token.offset], _gap(before), term, _gap(after)]
        copied = token.end
    return "".join([*parts, text[copied:]])


def _gap(neighbour: str) -> str:
    return "" if not neighbour or neighbour in " \t\r\n(){}[]," else " "
