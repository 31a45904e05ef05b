"""SHACL: the shapes of `ontology/shapes/` compiled once and applied to nodes in one pass.

`compiled` reads the shapes and refuses what it does not know, `checking` applies them. pySHACL is the reference: a
property test holds both to the same report.
"""

from leap_kg.ontology.shapes.checking import check, check_sorted, pointing_predicates, validate, validate_changed
from leap_kg.ontology.shapes.violation import Violation

__all__ = ["Violation", "check", "check_sorted", "pointing_predicates", "validate", "validate_changed"]
