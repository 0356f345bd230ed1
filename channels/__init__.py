"""Channel adapters: one folder a provider, nothing of it leaves its folder."""
