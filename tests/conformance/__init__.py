"""The W3C test suites of SPARQL 1.1's protocols, run against the ordinary server."""
