"""What turns emissions into losses: the CRF, and the softmax to compare it with."""
