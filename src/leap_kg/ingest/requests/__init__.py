"""Requests for data: what was asked for, and where each request is on its way from asked to published.

A request is a `schema:Demand`, whoever asked and wherever: an issue that GitHub's form made, a list of CMIP6
instances, a file of a curator, the form on the site. Here belongs what all of them share: `forms` reads what an issue
form wrote, `wish` is what was asked for and says it in triples, `standing` concludes from evidence where a request is,
`evidence` and `instances` gather that evidence from the graph, `settling` puts the conclusions together. Who publishes
them, and when, is not decided here.
"""
