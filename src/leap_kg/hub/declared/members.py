"""The groups of a JupyterHub whose members may do more than read, and the scopes of leap-kg that they have."""

from leap_kg.graph.scopes import ADMIN, CURATE

CURATORS = "leap-kg-curators"
ADMINS = "leap-kg-admins"
SCOPES = {CURATORS: CURATE, ADMINS: ADMIN}
