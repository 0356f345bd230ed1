"""What the bot says and the words it listens for, one TOML file a language."""
