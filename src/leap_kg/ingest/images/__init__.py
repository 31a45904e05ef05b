"""Source `images`: container images release by release, with the packages that each of them holds.

Here belongs what reads the files that describe an environment, for whoever meets them (lists of installed packages,
environment files, requirements, locks, Dockerfiles), and the source that reads them at every release of a repository.
Readers take any bytes, give what they understood and a list of what they did not, and raise `Unreadable` only where
nothing can be made of the whole.
"""
