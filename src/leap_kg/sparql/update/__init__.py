"""SPARQL 1.1 Update as a pure function: what an update would take and add, while the store stays as it is."""

from leap_kg.sparql.update.change import Delta
from leap_kg.sparql.update.evaluation import delta
from leap_kg.sparql.update.options import ForbiddenGraph, TooLarge, UpdateOptions
from leap_kg.sparql.update.reading import UPDATE_LIMITS, UpdateLimits
from leap_kg.sparql.update.state import sweep

__all__ = ["UPDATE_LIMITS", "Delta", "ForbiddenGraph", "TooLarge", "UpdateLimits", "UpdateOptions", "delta", "sweep"]
