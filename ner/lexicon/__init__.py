"""What is known of spans before a text is tagged."""
