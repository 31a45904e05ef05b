"""The search index: what it keeps of each node, how it is filled, how it is asked."""
