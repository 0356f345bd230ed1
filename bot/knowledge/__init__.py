"""The bank's articles: one TOML file a topic group, in a folder a language."""
