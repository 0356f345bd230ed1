"""The rules of the desk stream: who gets which work, when, and why."""

from hub.decisions.desk.rules import DeskRules
from hub.decisions.desk.settings import DeskSettings

__all__ = ["DeskRules", "DeskSettings"]
