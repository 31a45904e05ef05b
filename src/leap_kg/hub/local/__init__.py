"""A JupyterHub on this machine, whose choices come from the graph: for trying out, and for showing.

Here belongs what the hub's configuration is made of: what the graph offers, the form to choose from it, what of a
choice holds, the kernels of this machine that stand for images, and the processes. Hubs on clusters do not belong here,
nor does the sign-in of leap-kg as a service (`leap_kg.web.signin`).

Hazard: all servers run as one user of this machine, so nobody is kept apart from anybody.
"""
