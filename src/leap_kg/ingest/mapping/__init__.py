"""From values to triples, the same for every source: statements, findings, people, places, dates, variables."""
