"""The CF standard name table as SKOS: a record a name.

Here belongs what reads the table's XML and says what its names mean. How a variable that carries a standard name
refers to one belongs to the source that knows the variable.
"""

from leap_kg.ingest.cf.source import CfConfig, StandardNames

__all__ = ["CfConfig", "StandardNames"]
