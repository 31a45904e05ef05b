"""What the words mean: namespaces, IRIs, the JSON-LD context, SHACL shapes, identifiers and their normal forms.

Runs what `ontology/` declares. Knows nothing of stores, sources or pages.
"""
