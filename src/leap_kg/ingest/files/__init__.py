"""A folder that curators keep in git: Turtle, JSON-LD, YAML and tables, the same door for hand-made facts.

Here belongs what finds and opens the files, and what turns each form of writing into statements. What a term means is
the business of the JSON-LD context in `ontology/`.
"""

from leap_kg.ingest.files.folder import MAX_BYTES
from leap_kg.ingest.files.source import Files, FilesConfig

__all__ = ["MAX_BYTES", "Files", "FilesConfig"]
