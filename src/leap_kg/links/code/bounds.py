"""How much is read, kept and worked for. Everything mined is a stranger's: each number stops one way to exhaust us."""

MAX_PYTHON = 2**20
"""Bytes of a Python file; parsing takes 150 times as much memory."""

MAX_SOURCE = 2**20
"""Bytes of a file of R, Julia or shell."""

MAX_PARSING = 4.0
"""Seconds of a processor for parsing one text of R, Julia or shell; a megabyte of sound code takes one."""

MAX_NOTEBOOK = 32 * 2**20
"""Bytes of a notebook, outputs included."""

MAX_SETTINGS = 2**20
"""Bytes of a YAML or JSON file that code loads."""

MAX_CELL = 256 * 2**10
"""Characters of one cell."""

MAX_CELLS = 5000

MAX_FORMATTED = 64 * 2**10
"""Characters of a line that holds an f-string: they are parsed in time with the square of their length."""

MAX_STEPS = 200_000
"""Expressions folded for one file, each time that they are folded; then nothing more is put together."""

MAX_IDLE = 5_000
"""Of these, expressions folded in functions that were called without anything like an address; such calls are many, and
few of them lead to an address. What is no longer followed from its calls is still read once, with its defaults."""

MAX_DEPTH = 100
"""Levels of expressions, statements and calls within one another. A level takes up to four frames of Python."""

MAX_CALLS = 4
"""Functions within functions that are followed, from a call with known arguments."""

MOST_VALUES = 64
"""Values that one expression may have. Where there are more, it is one unknown."""

MOST_ARMS = 16
"""Values of a name after branches joined."""

MOST_ITEMS = 2000
"""Elements of a list, keys of a dictionary."""

LONGEST_TEXT = 2000
"""Characters of a text that is put together."""

MOST_SIGNALS = 2000
"""Signals of one file."""

MOST_MODULES = 2000
"""Modules of one repository that imports are followed into."""

MOST_TREES = 2**20
"""Characters of the modules of one repository that are kept as trees, which take 150 times as much memory."""
