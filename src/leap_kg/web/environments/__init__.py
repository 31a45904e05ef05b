"""Pages that answer questions about hubs, images, packages and costs, each with a form, and as JSON and CSV.

Here belongs how an answer is laid out. What is asked is a named query of `sparql/questions`, which each page links to.
"""
