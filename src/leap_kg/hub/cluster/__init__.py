"""What talks to a cluster: its API, the carrying out of a plan, the Lease of an operator, Events.

Only `api` imports a client of Kubernetes.
"""
