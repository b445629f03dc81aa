"""What the HTML pages of all commands share: their look, and text with its entities highlighted."""
