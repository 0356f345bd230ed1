"""Engines that rank articles for a question."""
