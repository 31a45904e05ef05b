"""The STAC API below `/stac`: the routes of stac-fastapi, answered from the search index and the graph.

Here belongs what is said over HTTP: requests read into searches (`asking`), links (`links`), and answers put together
from kept texts (`client`). How a search is answered, and what a collection says, is in `leap_kg.stac`.
"""

import logging

# It complains of titles that the environment does not give when it is imported; they are given in `api`.
logging.getLogger("stac_fastapi.types.config").setLevel(logging.ERROR)
