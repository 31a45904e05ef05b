"""Kubernetes objects as plain mappings, of any kind: which one, how two differ, how one does, what our pods share.

Here belongs what needs neither a cluster nor the graph.
"""
