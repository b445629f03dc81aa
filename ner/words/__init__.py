"""Words beside characters: segmenters, user dictionaries, and the word of each character as an id."""
