"""Gold against predicted entities: scores and reports."""
