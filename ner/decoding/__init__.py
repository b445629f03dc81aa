"""Tags from emissions, with exact probabilities, in NumPy."""
