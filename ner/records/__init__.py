"""Plain text in, tagged text out, record by record."""
