"""The answer of a normaliser that could not name what it read.

A refusal is data, not an exception: it becomes a finding on the record it came from. Its texts never
repeat the input, which may hold a secret, markup or characters that no encoding takes.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a text names nothing: `reason` says what is wrong with it, `hint` how to mend it."""

    reason: str
    hint: str
