"""What has to be done to a cluster, and how each group stands after it.

Here belong pure functions of what is wanted, what was seen and what was done: they are tested without a cluster.
"""
