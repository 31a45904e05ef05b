"""Hubs on clusters, from what the graph wants to what runs: declared, rendered, planned, applied.

Here belongs what turns the graph into Kubernetes objects and brings a cluster to where the graph is. What reads the
files that configure hubs belongs to `leap_kg.ingest.hubs`. Only `cluster` talks to Kubernetes; `plan`, `standing` and
`observed` are pure functions of what is wanted and what was seen. An operator is a `station` for each cluster: it keeps
a `lease`, takes groups from a `queue`, has them brought on by `bringing`, and publishes what it saw by `recording`.
"""
