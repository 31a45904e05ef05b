"""Queries that are meant to crash, stall, fetch or write, each in a size that did."""

PREFIXES = (
    "PREFIX e: <http://example.org/> PREFIX p: <http://h:> PREFIX x: <http://127.0.0.1:9/> "
    "PREFIX : <http://127.0.0.1:9/> PREFIX SERVICE: <http://127.0.0.1:9/> "
)


def _nested(before: str, opening: str, middle: str, closing: str, after: str, depth: int) -> str:
    return before + opening * depth + middle + closing * depth + after


def _repeated(before: str, part: str, separator: str, after: str, times: int) -> str:
    return before + separator.join([part] * times) + after


# Each nests or repeats just as far as the guard lets it.
NESTED = {
    "braces": ("SELECT * ", "{", "?a ?b ?c", "}", "", 128),
    "parentheses": ("SELECT (", "(", "1", ")", " AS ?x) {}", 127),
    "sums": ("SELECT (", "(1+", "1", ")", " AS ?x) {}", 127),
    "not": ("ASK { FILTER(", "!", "1", "", ") }", 126),
    "not in parentheses": ("ASK { FILTER(", "!(", "1", ")", ") }", 63),
    "functions": ("SELECT (", "ABS(", "1", ")", " AS ?x) {}", 127),
    "conditions": ("SELECT (", "IF(1, 1, ", "1", ")", " AS ?x) {}", 127),
    "not in functions": ("SELECT (", "!ABS(", "1", ")", " AS ?x) {}", 63),
    "unions": ("SELECT * { ", "{?a ?b ?c} UNION {", "?a ?b ?c", "}", " }", 99),
    "optionals": ("SELECT * { ", "?a ?b ?c OPTIONAL {", "", "}", " }", 127),
    "minus": ("SELECT * { ?a ?b ?c ", "MINUS {", "?a ?b ?c", "}", " }", 127),
    "exists": ("SELECT * { ?a ?b ?c ", "FILTER EXISTS {?a ?b ?c ", "", "}", " }", 127),
    "sub-queries": ("SELECT * { ", "{SELECT * {?a ?b ?c. ", "", "}}", " }", 63),
    "graphs": ("SELECT * { ", "GRAPH ?g {", "?a ?b ?c", "}", " }", 127),
    "paths": ("ASK { ?a ", "(", "e:p", ")", " ?b }", 127),
    "path stars": ("ASK { ?a ", "(", "e:p", ")*", " ?b }", 127),
    "inverse paths": ("ASK { ?a ", "^(", "e:p", ")", " ?b }", 127),
    "blank nodes": ("ASK { ?a ?b ", "[ ?p ", "?x", "]", " }", 127),
    "lists": ("ASK { ?a ?b ", "(", "", ")", " }", 127),
    "triple terms": ("ASK { ?a ?b ", "<<( ?a ?b ", "?x", " )>>", " }", 127),
    "reified triples": ("ASK { ?a ?b ", "<< ?a ?b ", "?x", " >>", " }", 127),
    "annotations": ("ASK { ?a ?b ?c ", "{| ?p ?o ", "", "|}", " }", 127),
}
REPEATED = {
    "sum": ("SELECT (", "1", "+", " AS ?x) {}", 2001),
    "product": ("SELECT (", "1", "*", " AS ?x) {}", 2001),
    "or": ("ASK { FILTER(", "1", "||", ") }", 2001),
    "and": ("ASK { FILTER(", "1", "&&", ") }", 2001),
    "triples": ("ASK { ", "?a ?b ?c", ".", " }", 501),
    "objects": ("ASK { ?a ?b ", "?c", ",", " }", 501),
    "path": ("ASK { ?a ", "e:p", "/", " ?b }", 501),
    "path choice": ("ASK { ?a ", "e:p", "|", " ?b }", 501),
    "optional": ("SELECT * {", "OPTIONAL {?a ?b ?c}", "", "}", 199),
    "union": ("SELECT * {", "{?a ?b ?c}", "UNION", "}", 199),
    "groups": ("SELECT * {", "{?a ?b ?c}", "", "}", 199),
    "values": ("SELECT * {", "VALUES ?x {1}", "", "}", 199),
    "filters": ("ASK {?a ?b ?c ", "FILTER(?a = ?b)", "", "}", 1000),
}


def nested(name: str, more: int = 0) -> str:
    """A nested query, as deep as is let through, or `more` deeper."""
    before, opening, middle, closing, after, depth = NESTED[name]
    return PREFIXES + _nested(before, opening, middle, closing, after, depth + more)


def repeated(name: str, more: int = 0) -> str:
    """A repetitive query, as long as is let through, or `more` parts longer."""
    before, part, separator, after, times = REPEATED[name]
    return PREFIXES + _repeated(before, part, separator, after, times + more)


# The sizes that broke the engine on an ordinary stack, or kept it busy for more than twelve seconds.
BROKE = {
    "3200 braces": _nested("SELECT * ", "{", "", "}", "", 3200),
    "6400 parentheses": _nested("SELECT (", "(", "1", ")", " AS ?x) {}", 6400),
    "12800 not": _nested("ASK { FILTER(", "!", "1", "", ") }", 12800),
    "3200 unions": _repeated("SELECT * {", "{}", "UNION", "}", 3200),
    "12800 sums": _repeated("SELECT (", "1", "+", " AS ?x) {}", 12800),
    "20000 path parentheses": _nested("ASK { ?a ", "(", "<x:p>", ")", " ?b }", 20000),
    "800 optionals": _repeated("SELECT * {", "OPTIONAL {?a ?b ?c}", "", "}", 800),
    "800 hops": _repeated("ASK { ?a ", "<x:p>", "/", " ?b }", 800),
    "200 blank nodes": _nested("ASK { ?a ?b ", "[ ?p ", "?x", "]", " }", 200),
    "not in functions": _nested("SELECT (", "!" * 120 + "ABS(", "1", ")", " AS ?x) {}", 120),
    "not not exists": _nested("ASK { ", "FILTER(" + "!" * 120 + "NOT EXISTS {", "", "})", "}", 40),
}

# A parser without tokens takes each of these for a call of another server.
SERVICE = {
    "plain": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "silent": "SELECT * { ?s ?p ?o SERVICE SILENT ?o { } }",
    "no space": "SELECT*{SERVICE<http://127.0.0.1:9/>{}}",
    "small letters": "SELECT * { service x:s {} }",
    "in a filter": "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE x:s {} } }",
    "grown together with its name": "SELECT * { SERVICEx:s {} }",
    "with the empty prefix": "SELECT * { SERVICE:s {} }",
    "after a boolean": "SELECT * { ?s ?p ?o . ?s ?p trueSERVICE x:s {} }",
    "after a number": "SELECT * { ?s ?p 1SERVICE x:s {} }",
    "after a comparison that looks like an IRI": "SELECT * { ?s ?p ?o FILTER(?s<?o)SERVICE?o#>\n{} }",
    "after a string with an unknown escape": "SELECT * { ?s ?p ('''x') . SERVICE x:s {} #\\q '''\n}",
    "after a string with half a character": "SELECT * { ?s ?p ('''x') . SERVICE x:s {} #\\uD800 '''\n}",
    "in a name that makes no IRI": "SELECT * { ?s ?p p:SERVICE x:s {} }",
    "in a longer name that makes no IRI": "SELECT * { ?s ?p p:SERVICEx:s {} }",
    "behind a boolean in such a name": "SELECT * { ?s p:trueSERVICE x:s {} }",
    "after a comment": "SELECT * { ?s ?p ?o SERVICE # {\n x:s {} }",
}
