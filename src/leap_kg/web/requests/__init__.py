"""Requests for data on the site: the list that people follow, the form that asks, and the form that decides.

What belongs here: routes, views and the check of what was typed. Requests and decisions themselves are written by
`leap_kg.ingest.requests`, which knows nothing of pages.
"""
