"""What one file gave: its signals, and what is wrong with it.

A reader of files never raises for what a file holds: whatever it cannot read is a finding, and the rest counts.
"""

from dataclasses import dataclass

from leap_kg.ingest.mapping.finding import Finding
from leap_kg.links.signal import Signal


@dataclass(frozen=True, slots=True)
class Mined:
    """Signals and findings of one file, in the order of the file; `imports` are the modules that a notebook imports."""

    signals: tuple[Signal, ...] = ()
    findings: tuple[Finding, ...] = ()
    imports: tuple[str, ...] = ()
