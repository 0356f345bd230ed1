"""Screens: the workspace, the widget and the sandbox, and the gateway that feeds them."""
