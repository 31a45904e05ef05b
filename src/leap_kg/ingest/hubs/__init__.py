"""JupyterHubs: the clusters they run on, the profiles, machines and images they offer, and to whom.

Here belongs what reads the files that configure hubs (2i2c's clusters, values of zero-to-jupyterhub, Terraform
variables), what says their settings to the letter, and what puts questions' words on them. What brings a cluster into
the state that the graph wants does not belong here.
"""

from leap_kg.ingest.hubs.rendering import hub_values, profile_list
from leap_kg.ingest.hubs.settings import SettingFaulty
from leap_kg.ingest.hubs.source import HubConfig, Hubs

__all__ = ["HubConfig", "Hubs", "SettingFaulty", "hub_values", "profile_list"]
