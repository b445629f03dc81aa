"""Python clients of the HTTP service. They need httpx, and no PyTorch."""
