"""The page on which a person labels texts, and what keeps the labels."""
