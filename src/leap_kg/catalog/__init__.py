"""Datasets in the words of other catalogues: schema.org, DCAT-AP, Croissant, signposts, and how FAIR they are.

What is written here is read from the graph and from nothing else. Hazard: what is not known is left out and named in
`leap_kg.catalog.lacks`; nothing is made up so that a shape passes.
"""
