"""In what code runs: images, environment files, kernels, and links that start a hub.

What belongs here: reading the files that name an environment (`reading`), which of them Binder takes (`binder`), and
the addresses that start one (`launching`). Packages are read by `leap_kg.ingest.images`, whose readers are used here.
"""

from leap_kg.links.environments.binder import Build, build_of
from leap_kg.links.environments.launching import Launch, parse_launch
from leap_kg.links.environments.reading import read_environment, reads

__all__ = ["Build", "Launch", "build_of", "parse_launch", "read_environment", "reads"]
