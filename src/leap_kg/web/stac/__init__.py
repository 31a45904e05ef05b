"""The STAC API below `/stac`: the routes of stac-fastapi, answered from the search index and the graph.

Here belongs what STAC says and how: requests read into searches (`asking`), documents of collections that the graph
makes (`collection`), links (`links`), and answers put together from kept texts (`client`). How a search is answered is
in `leap_kg.stac`.
"""

import logging

# It complains of titles that the environment does not give when it is imported; they are given in `api`.
logging.getLogger("stac_fastapi.types.config").setLevel(logging.ERROR)
