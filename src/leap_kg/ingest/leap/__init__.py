"""LEAP's own catalogue: its feedstock files and the JSON it publishes from them.

`feedstock` reads the two YAML files of one feedstock, however dirty; `mapping` turns the reading into
triples; `catalog` and `published` are the two sources; `compare` holds one against the other.
"""
