"""The hub: conversations, their journal, and everything that stands on it."""

__version__ = "0.1.0"
