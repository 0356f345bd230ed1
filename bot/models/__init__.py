"""Trained models, written by `python -m bot.training`: do not edit by hand."""
