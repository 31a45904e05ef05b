"""The door to the web: what is asked and given (`asking`), and the fetcher that asks politely.

`fetcher` decides when to ask again, `exchange` sends one request over all its redirects, `receiving` takes the body,
`troubles` says what went wrong. Below them is the `door` that connections go through: an `address` is checked as it is
written, the `guard` judges where it leads, an `allowance` bounds what it may cost. `hosts` makes requests of one `host`
wait for their turn; `pace` reads what answers say about limits. `store` remembers validators and hosts between runs,
`cached` the answers of one run. `tokens` says who we are, `opening` puts it all together for a home. Whoever only
fetches imports from `leap_kg.ingest.fetch`. What belongs here knows HTTP; what a body says is for the sources.
"""
