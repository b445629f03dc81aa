"""The HTTP service: a queue of texts, engine processes that tag them, routes, and protocols of other tools."""
