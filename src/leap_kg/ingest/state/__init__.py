"""What harvesting remembers between runs, in one SQLite file: runs, the last good version of each record, dead letters.

Here belongs what reads or writes that file: its rows, its layout, what is looked up in it, and the file itself.
"""

from leap_kg.ingest.state.memory import State
from leap_kg.ingest.state.rows import DeadLetter, KeptPart, KeptRecord, RunReport

__all__ = ["DeadLetter", "KeptPart", "KeptRecord", "RunReport", "State"]
