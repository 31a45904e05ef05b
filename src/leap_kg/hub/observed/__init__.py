"""What was seen on clusters: as triples in a graph for each cluster, published, and read again as states and drifts."""
