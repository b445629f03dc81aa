"""What long runs share: their output folder, resuming, Ctrl-C."""
