"""The voice side: calls, prompts and recordings through Asterisk, as an adapter like any other."""
