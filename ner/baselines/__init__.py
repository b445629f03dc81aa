"""Simple taggers without a network, to see what a network adds."""
