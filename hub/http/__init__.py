"""REST API, provider hooks, health and metrics on aiohttp."""
