"""Copies of a home elsewhere: backups, what is made of them again, and replicas that follow."""
