"""The pages of nodes: what any page of one has, what those of some kinds have besides, and their twins in RDF."""
