"""Data by an address: the values of a variable at a place or in a box, as NetCDF or CSV.

`routes` answers, `places` says which stores may be opened, `asked` reads what is wanted. The reading itself happens in
a process of its own, one a request, which can be bounded and killed: `reading` starts it, `worker` is it, with `store`,
`axes`, `cost` and `files`. No page opens a store; only a request for data does.
"""
