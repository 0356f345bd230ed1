"""Folds of the journal into documents for lists and search; pure, can be dropped and rebuilt."""
