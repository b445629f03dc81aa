"""Taggers that run without torch: the network in another runtime, its tags by NumPy."""
