"""What a search of STAC asks and how the index answers it: places, times, filters (CQL2), order and pages.

Here belongs what reads a search and turns it into one bounded question to the index, and the documents of collections
that the graph makes. The routes are in `leap_kg.web.stac`, files for other catalogues in `leap_kg.stac.export`.
"""
