"""Source `pangeo-forge`: feedstocks by their recipes, also those that no catalogue lists.

Here belongs what reads the code of a recipe without running it, and the source that joins it to the dataset which
the catalogue knows. What `meta.yaml` says is read by `leap_kg.ingest.leap`.
"""
