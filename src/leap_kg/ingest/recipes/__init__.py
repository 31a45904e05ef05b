"""Recipes: a feedstock goes in, a Zarr store that is in the graph comes out.

A recipe runs in a process of its own and in an environment of its own (`environments`, `process`): its code is a
stranger's, and Pangeo Forge needs other versions of Zarr than the rest of leap-kg. What runs there is the package in
`engine/`, which imports nothing of leap-kg. It is given a job (`job`) and leaves a store in a staging place and a
document of PROV in JSON-LD (`account`); what is fit to be published is promoted (`staging`) and mapped (`mapping`).
`checking` reads the files of a feedstock without running anything. A feedstock is a folder (`checkout`) or an address
(`origin`), which git clones (`cloning`, `git`).
"""
