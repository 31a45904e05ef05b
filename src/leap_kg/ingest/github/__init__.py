"""Source `github`: repositories with their releases, people, licences and the files that say what they are.

Here belongs what asks GitHub (REST, GraphQL, or nothing but files), what reads the files by which a repository
describes itself (`CITATION.cff`, `codemeta.json`, notebooks), what makes triples of them, and the queue of
repositories that a webhook reported. Environment files are read by `leap_kg.ingest.images`.

A repository is one record, named by the number that GitHub gives it, so that a rename is no new repository.
"""
