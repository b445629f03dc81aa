"""Many runs that differ in a few settings: training them, and telling differences from chance."""
