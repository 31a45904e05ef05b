"""The questions of `sparql/questions`, each against a plain computation of its answer."""
