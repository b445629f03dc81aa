"""Comparing settings: training runs that differ in a few settings, and testing whether differences are significant."""
