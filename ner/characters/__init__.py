"""From code points to ids: the character table, windows over long texts, padded batches."""
