"""Settings: one TOML file, the environment over it, secrets by environment or file only."""
