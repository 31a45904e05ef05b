"""An existing SPARQL 1.1 server in the place of the embedded store."""
