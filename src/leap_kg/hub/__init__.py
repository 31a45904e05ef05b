"""Hubs on clusters, from what the graph wants to what runs.

Here belongs what turns the graph into Kubernetes objects and brings a cluster to where the graph is. What reads the
files that configure hubs belongs to `leap_kg.ingest.hubs`. Each folder uses only those before it:

| folder | what it has |
|-|-|
| `objects` | Kubernetes objects as mappings: whose they are, how two differ, how one does; nothing of hubs |
| `declared` | what an operator writes below `hub/`, and how that gets into the graph and out again |
| `wanted` | which objects a cluster is to have, at one revision of the graph |
| `planned` | what has to be done, and what came of it: pure functions of what is wanted and what was seen |
| `cluster` | what talks to a cluster |
| `observed` | what was seen on clusters, as triples, and read again |
| `loop` | the operator that does all of this again and again |
| `local` | a JupyterHub on this machine, without a cluster |
"""
