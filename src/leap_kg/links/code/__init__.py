"""Signals in files of code and notebooks: what code reads, writes and mentions. Parsed, never run.

What belongs here, in the order in which a file goes through: `notebook` and `magics` give cells of Python, `parsing`
the tree; `statements`, `truths`, `narrowing`, `folding`, `calls`, `functions`, `uncalled`, `testing`, `attributes`,
`texts`, `paths`, `options`, `arithmetic`, `handing`, `library` follow it and put values together (`values`, `scope`);
`known` lists the calls that matter; `noting`, `filesystems` (`placing`), `stores`, `clients`, `replies`, `registries`,
`sessions`, `services`, `deposits`, `queries`, `catalogues` (`localcatalogues`) and `shell` take addresses out of them,
`naming` and `reaching` guess where these cannot, `configuring` and `moments` give settings and dates, `trees` walks;
`addresses` decides what is one, `prose` reads comments and text; `ledger` keeps what stands and `evidence` where.
`neighbours` and `repository` bring in the other files, `languages` R, Julia and shell. `bounds` holds every limit.
"""

from leap_kg.links.code.neighbours import Neighbours
from leap_kg.links.code.notebooks import read_notebook
from leap_kg.links.code.python import read_python
from leap_kg.links.code.repository import READ_WITH, is_code, read_code, read_repository, read_stored
from leap_kg.links.mined import Mined

__all__ = [
    "READ_WITH",
    "Mined",
    "Neighbours",
    "is_code",
    "read_code",
    "read_notebook",
    "read_python",
    "read_repository",
    "read_stored",
]
