"""What the platform produced, as a programme manager sees it: the list of publications, the report, what is missing.

What belongs here: routes and views of outputs. The outputs themselves, their formats and reports are made in
`leap_kg.outputs`, which knows nothing of pages.
"""
