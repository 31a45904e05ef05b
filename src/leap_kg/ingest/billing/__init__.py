"""Exports of what a cloud bills, as costs of hubs, profiles and groups by week; one row of an export becomes no node.

Here belongs what reads the rows and sums them. Which names in a bill mean which hub, profile or group is told in the
sources file.
"""

from leap_kg.ingest.billing.source import Billing, BillingConfig

__all__ = ["Billing", "BillingConfig"]
