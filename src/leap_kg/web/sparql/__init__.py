"""The SPARQL endpoint: queries of programs and of people, budgets, and the descriptions of service and dataset."""
