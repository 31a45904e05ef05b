"""Who somebody is where a JupyterHub says so: leap-kg as a managed service of the hub.

Here belongs what asks the hub, what its groups allow, and the door that everybody comes through. Tokens of leap-kg, and
the sessions made of them, do not belong here: a server knows people by the hub or by its tokens, never by both.
"""
