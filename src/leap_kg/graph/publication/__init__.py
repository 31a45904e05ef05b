"""The steps of a publication: what changes, whether the shapes allow it, and how it gets into log and store."""
