"""What a repository says of itself in files made for that: CITATION.cff, codemeta.json, .zenodo.json.

What belongs here: which key says what of which work, and on which line. The same files are read for titles, authors
and licences by `leap_kg.ingest.github`, whose readers open them here too.
"""

from leap_kg.links.metadata.reading import read_metadata, reads

__all__ = ["read_metadata", "reads"]
