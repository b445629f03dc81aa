"""Losses of emissions: the CRF, and a softmax for comparison."""
