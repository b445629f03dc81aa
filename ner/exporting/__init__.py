"""From a tagger's folder to one that runs without torch."""
