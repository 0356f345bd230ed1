"""Deterministic rules: `decide` reads, `apply` folds. Standard library and `hub.model` only."""
