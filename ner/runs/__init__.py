"""What long runs share: the output folder, resuming, Ctrl-C, and progress."""
