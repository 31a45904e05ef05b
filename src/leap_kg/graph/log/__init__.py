"""The patch log, which is the truth: patches as files, their chain of hashes, the digest of the state, and damage."""
