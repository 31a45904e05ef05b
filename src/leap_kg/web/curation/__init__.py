"""The curator's door: signing in with a token, the queue of links to decide, and the forms that take a verdict.

What belongs here: routes, views and sessions of curators. Verdicts themselves are written by `leap_kg.links.verdicts`,
which knows nothing of pages.
"""
