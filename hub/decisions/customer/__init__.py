"""The rules of the customer stream: one conversation over all channels, sending, merging."""

from hub.decisions.customer.rules import CustomerRules

__all__ = ["CustomerRules"]
