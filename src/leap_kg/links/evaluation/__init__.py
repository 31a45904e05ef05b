"""How good the links are: what the readers of files find, held against places that people have judged.

What belongs here: reading the gold set (`links/gold`), the judged files out of clones of their repositories, the
comparison, and the table and plot of it. Repositories are split, so that what was looked at while readers were written
does not count for how good they are.
"""
