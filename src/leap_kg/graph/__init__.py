"""One door in, one door out: `publish()` writes a revision, a `Snapshot` reads one.

The patch log under the home directory is the truth; store, snapshots and search index follow from it.
"""
