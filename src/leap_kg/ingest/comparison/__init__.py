"""What sources contradict each other about: findings that no source can make alone.

Each source is read and published for itself, so what two of them say of one thing stands side by side. Here belongs
what looks at all of them together and says where they cannot both be right: `states` of stores, `extents` of stores
and of the records that have them. `findings` puts them together; who publishes them, and when, is not decided here.
"""

from leap_kg.ingest.comparison.findings import compared as compared
