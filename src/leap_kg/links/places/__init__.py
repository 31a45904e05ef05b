"""Where things stand in the files that are read: lines of texts and of cells, and of the values of a JSON text.

What belongs here: what readers of several kinds of files need to say on which line they found something.
"""
