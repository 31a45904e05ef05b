"""Scholarly works as triples: what the sources of papers, data DOIs and people share.

Here belongs whatever holds for a work no matter which register describes it: its kind, contributors in their order,
dates, containers, licences, funding, relations to other works, and why it belongs to the platform. A source reads its
own answers into a `Work`; `mapping.map_work` says it. What one register alone has (its URLs, its paging, its fields)
belongs in the package of that source.
"""
