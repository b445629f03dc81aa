"""Which texts to label next: those that a tagger is unsure of, and that differ from each other."""
