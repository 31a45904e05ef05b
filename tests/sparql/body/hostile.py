"""Bodies that ended, filled or stalled the engine, each in a size that did; and others of their kind."""

RDF = b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="http://example.org/"'


def _xml(inside: bytes, head: bytes = b"") -> bytes:
    return head + b"<rdf:RDF " + RDF + b">" + inside + b"</rdf:RDF>"


def _numbered(pattern: bytes, times: int, separator: bytes = b",") -> bytes:
    return separator.join(pattern.replace(b"#", str(number).encode()) for number in range(times))


_LONG = b"http://" + b"x" * 1_000_000 + b"/"
_VALUES = _numbered(b"#", 20_000)
_S = b"<http://e/s> <http://e/p> "

TURTLE = {
    "triple terms": _S + b"<<( <a:a> <a:b> " * 100_000 + b"1" + b" )>>" * 100_000 + b" .",
    "quoted triples": _S + b"<< <a:a> <a:b> " * 100_000 + b"1" + b" >>" * 100_000 + b" .",
    "annotations": _S + b"1 " + b"{| <a:a> 1 " * 100_000 + b"|}" * 100_000 + b" .",
    "blank nodes": _S + b"[ <a:b> " * 100_000 + b"1" + b"]" * 100_000 + b" .",
    "open blank nodes": _S + b"[ <a:b> " * 100_000,
    "lists": _S + b"( " * 100_000 + b")" * 100_000 + b" .",
    "graphs": b"{" * 100_000,
}
TOO_MUCH_TURTLE = {
    "a long prefix": b"@prefix p: <" + _LONG + b"> .\n" + b"p:a p:b p:c .\n" * 20_000,
    "a long text": _S + b'"""' + b"x" * (17 * 2**20) + b'""" .',
}
JSON = {
    "arrays": b"[" * 100_000 + b"]" * 100_000,
    "objects": b'{"a:b":' * 100_000 + b"1" + b"}" * 100_000,
    "open objects": b'{"a:b":' * 1_000_000,
    "a JSON literal": b'{"a:b":{"@type":"@json","@value":' + b"[" * 10_000 + b"]" * 10_000 + b"}}",
    "a scoped context": b'{"@context":{"a":{"@id":"a:a","@context":' * 10_000 + b"{}" + b"}}}" * 10_000,
}
REMOTE_CONTEXT = {
    "by address": b'{"@context":"ADDRESS","a:b":1}',
    "in a list": b'{"@context":[{"a":"a:b"},"ADDRESS"],"a:b":1}',
    "of a node": b'{"a:b":{"@context":"ADDRESS","a:c":1}}',
    "imported": b'{"@context":{"@import":"ADDRESS"},"a:b":1}',
    "scoped to a term": b'{"@context":{"t":{"@id":"a:b","@context":"ADDRESS"}},"t":{"a:b":1}}',
    "with an escaped key": b'{"\\u0040context":"ADDRESS","a:b":1}',
}
TOO_MUCH_JSON = {
    "a long prefix": b'{"@context":{"p":"' + _LONG + b'"},"a:b":[' + b",".join([b'{"@id":"p:b"}'] * 20_000) + b"]}",
    "a long base": b'{"@context":{"@base":"' + _LONG + b'"},"a:b":[' + b",".join([b'{"@id":"b"}'] * 20_000) + b"]}",
    "a long datatype": b'{"@context":{"t":{"@id":"a:b","@type":"' + _LONG + b'"}},"t":[' + _VALUES + b"]}",
    "a long vocabulary": b'{"@context":{"@vocab":"' + _LONG + b'"},' + _numbered(b'"k#":1', 20_000) + b"}",
    "a long name": b'{"@id":"' + _LONG + b'","a:b":[' + _numbered(b"#", 20_000) + b"]}",
    "a long name under an alias": b'{"@context":{"u":"@id"},"u":"' + _LONG + b'","a:b":[' + _VALUES + b"]}",
    "a long graph name": b'{"@id":"' + _LONG + b'","@graph":[' + _numbered(b'{"@id":"a:#","a:b":1}', 20_000) + b"]}",
    "a chain of prefixes": b'{"@context":{"p0":"http://e/",' + _numbered(b'"q#":"p#:q"', 20_000) + b'},"a:b":1}',
    "contexts in contexts": b'{"@context":{' + _numbered(b'"k#":"a:b"', 10_000) + b'},"@graph":['
    + _numbered(b'{"@context":{"z":"a:z"},"k1":1}', 10_000) + b"]}",
    "scoped contexts": b'{"@context":{"s":{"@id":"a:s","@context":{' + _numbered(b'"k#":"a:b"', 900) + b'}}},"@graph":['
    + _numbered(b'{"s":{"k1":1}}', 50_000) + b"]}",
    "a long text": b'{"a:b":"' + b"x" * (16 * 2**20 - 100) + b'"}',
    "many values": b'{"a:b":[' + b"1," * 3_000_000 + b"1]}",
    "bytes": b'{"a:b":"' + b"x" * (16 * 2**20) + b'"}',
}  # fmt: skip
WRONG_JSON = {
    "a key twice": b'{"@context":{"a":"a:b"},"@context":{"a":"a:c"},"a":1}',
    "a number with many digits": b'{"a:b":' + b"1" * 100_000 + b"}",
    "no number": b'{"a:b":NaN}',
    "no document": b'"http://127.0.0.1:9/"',
    "no JSON": b"{",
}
_BOMB = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
XML = {
    "an entity bomb": _xml(b"<rdf:Description><a:b>&e9;</a:b></rdf:Description>",
                           b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "0123456789">' + _BOMB + b"]>"),
    "a file as entity": _xml(b"<rdf:Description><a:b>&x;</a:b></rdf:Description>",
                             b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "an address as entity": _xml(b"<rdf:Description><a:b>&x;</a:b></rdf:Description>",
                                 b'<!DOCTYPE x [<!ENTITY x SYSTEM "ADDRESS">]>'),
    "a parameter entity": _xml(b"", b'<!DOCTYPE x [<!ENTITY % p SYSTEM "ADDRESS"> %p;]>'),
    "an outer document type": _xml(b"", b'<!DOCTYPE x SYSTEM "ADDRESS">'),
    "depth": _xml(b"<rdf:Description><a:b>" * 50_000 + b"</a:b></rdf:Description>" * 50_000),
    "open elements": b"<a>" * 100_000,
    "attributes": _xml(b"<rdf:Description " + _numbered(b'a:p#=""', 100_000, b" ") + b"/>"),
    "namespaces": b"<rdf:RDF " + RDF + b" " + _numbered(b'xmlns:p#="a:"', 100_000, b" ") + b"/>",
    "a long namespace": b'<rdf:RDF xmlns:rdf="' + _LONG + b'">' + b"<rdf:a/>" * 20_000 + b"</rdf:RDF>",
    "a long base": _xml(b'<rdf:Description xml:base="' + _LONG + b'"/>'),
    "a long name": _xml(b'<rdf:Description rdf:about="' + _LONG + b'"/>'),
    "another encoding": b'<?xml version="1.0" encoding="UTF-7"?>' + _xml(b""),
    "UTF-16": _xml(b"").decode().encode("utf-16-le"),
    "no XML": b"<rdf:RDF",
}  # fmt: skip
