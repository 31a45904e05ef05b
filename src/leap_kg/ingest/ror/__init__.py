"""Organisations of the Research Organization Registry, from the dump that it publishes.

Here belongs what opens a dump, takes it apart organisation by organisation, and says what each record means.
"""

from leap_kg.ingest.ror.source import Organisations, RorConfig

__all__ = ["Organisations", "RorConfig"]
