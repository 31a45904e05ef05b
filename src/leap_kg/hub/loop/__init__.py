"""The operator: a `station` for each cluster takes groups from a `queue` and has each brought to where the graph is.

Here belongs what waits, watches and tries again. What is to be done is decided in `leap_kg.hub.planned`.
"""
