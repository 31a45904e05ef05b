"""Hubs on clusters, from what the graph wants to what runs: declared, rendered, planned, applied.

Here belongs what turns the graph into Kubernetes objects and brings a cluster to where the graph is. What reads the
files that configure hubs belongs to `leap_kg.ingest.hubs`. Only `cluster` talks to Kubernetes; `plan` is a pure
function of what is wanted and what was seen.
"""
