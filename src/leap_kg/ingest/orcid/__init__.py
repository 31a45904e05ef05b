"""Source `orcid`: the platform's people as they describe themselves at ORCID, with their works and employments.

`source` asks for the sections of each person's record, `person` and `works` read them.
"""
