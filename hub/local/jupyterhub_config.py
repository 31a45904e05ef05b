"""The configuration of `make hub`; what it sets is in `leap_kg.hub.local.configuring`."""

from leap_kg.hub.local.configuring import configure

configure(get_config())  # noqa: F821 - the hub puts it here
