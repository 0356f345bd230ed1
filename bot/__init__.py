"""Answers what customers ask again and again from a bank's own articles."""
