"""What the graph wants of a cluster at one revision: the objects of each group in order, and what is still needed."""
