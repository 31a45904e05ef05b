"""How FAIR a dataset is: the metrics of F-UJI, tried on what this server answers about it.

https://doi.org/10.5281/zenodo.6461229 and https://github.com/pangaea-data-publisher/fuji have the metrics (version 0.5,
the 17 of them). Every check looks at an answer (`served.Served`) and at nothing else: what is in the graph and does not
reach the client counts for nothing.
"""
