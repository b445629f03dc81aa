"""Tables of what tagged files hold: which names, how often, with whom, and when."""
