"""A platform that people ask data of, and somebody with a browser who may ask or decide."""

import re
from datetime import UTC, datetime
from pathlib import Path

import requests

from leap_kg.graph.activity import Activity
from leap_kg.graph.home import Home
from leap_kg.graph.names import STANDING_SOURCE
from leap_kg.graph.publish import Writer
from leap_kg.ingest.requests.settling import settled
from leap_kg.settings import DEFAULT_BASE as BASE
from tests.web.curation.world import Curator, curator
from tests.web.platform import fill, followed, publish, triples
from tests.web.server import Server

MARKUP = '"><script>alert(1)</script>{{ 7*7 }}'
INSTANCE = "CMIP6.CMIP.NCC.NorESM2-LM.historical.r1i1p1f1.Omon.thetao.gr.v20190815"
REQUESTS = f"""
<BASErequest/github/lab/data/7> a schema:Demand ; dct:title "Sea surface of Alpha" ;
    dct:issued "2025-03-01T08:00:00Z"^^xsd:dateTime ; dct:creator <BASEperson/github/kim> ;
    foaf:page <https://github.com/lab/data/issues/7> ;
    dct:description "All of it." ; schema:itemOffered <BASEdataset/leap-test/alpha> .
<https://github.com/lab/data/issues/7> a foaf:Document ; <http://www.w3.org/2000/01/rdf-schema#label> "lab/data#7" .
<BASErequest/ice> a schema:Demand ; dct:title "Ice <script>alert(1)</script>" ; dct:description "Ice." .
<BASErequest/heat> a schema:Demand ; dct:title "Heat" ; dct:hasPart <BASErequest/cmip6/{INSTANCE}> .
<BASErequest/old> a schema:Demand ; dct:title "An old wish" ; dct:issued "2020-01-02T08:00:00Z"^^xsd:dateTime ;
    <http://www.w3.org/ns/adms#status> <BASErequest-status/declined> .
<BASErequest/cmip6/{INSTANCE}> a schema:Demand ; dct:title "{INSTANCE}" ; dct:identifier "{INSTANCE}" .
"""
FILLED = {
    "title": "Drift of ice", "url": "https://ice.example.org/drift/v1", "description": "Weekly drift of all sea ice.",
    "why": "To see where it goes.", "size": "3 GB", "licence": "CC-BY-4.0", "format": "NetCDF", "protocol": "FTP",
    "access": "Not known", "examples": "ftp://ice.example.org/a.nc\nftp://ice.example.org/b.nc",
}  # fmt: skip


def asked_of(folder: Path) -> Home:
    """A home with four requests, and where each of them is."""

    def more(writer: Writer) -> None:
        publish(writer, "asked", "Asked", triples(REQUESTS), 5)
        now = datetime(2026, 3, 2, tzinfo=UTC)
        activity = Activity("standing-6", "Where requests for data are", now, now)
        writer.publish_records(STANDING_SOURCE, list(settled(writer.store, BASE)), activity)

    return followed(fill(folder, more))


class Person(Curator):
    """Somebody with a token, whatever it is for."""

    def sign_in(self, **headers: str) -> requests.Response:
        """Give the token; on success remember what the form carries."""
        answer = self.post("/curation/sign-in", {"token": self.token, "back": "/requests/new"}, **headers)
        if answer.status_code == 303:
            self.form = self.hidden("form")
        return answer

    def hidden(self, name: str) -> str:
        """What the form that asks carries."""
        found = re.search(rf'name="{name}" value="([0-9a-f]+)"', self.get("/requests/new").text)
        return found[1] if found else ""

    def ask(self, **fields: str) -> requests.Response:
        """Send the form, filled in."""
        return self.post("/requests/new", {"form": self.form, "key": self.hidden("key"), **FILLED, **fields})

    def decide(self, path: str, **fields: str) -> requests.Response:
        """Send the form of a curator, having looked at the request."""
        found = re.search(r'name="seen" value="([^"]*)"', self.get(path).text)
        seen = found[1] if found else ""
        sent = {"form": self.form, "request": BASE.rstrip("/") + path, "seen": seen, **fields}
        return self.post("/requests/decision", sent)


def person(server: Server, home: Home, name: str = "Kim Example", *scopes: str) -> Person:
    """Somebody new, signed in."""
    plain = curator(server, home, name, *(scopes or ("request",)))
    made = Person(server, plain.token)
    assert made.sign_in().status_code == 303
    return made
