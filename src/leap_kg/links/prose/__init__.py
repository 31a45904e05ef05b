"""What people write beside their code: READMEs, other documentation, Markdown cells of notebooks, bibliographies.

What belongs here: finding the parts of a text (`outline`), the addresses in it (`addresses`), what these name
(`papers`, `archives`, `datalinks`), BibTeX (`bibtex`), and what the words around say of it (`standing`).
"""

from leap_kg.links.prose.reading import read_prose, reads

__all__ = ["read_prose", "reads"]
