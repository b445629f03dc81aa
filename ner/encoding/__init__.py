"""From characters to what an encoder takes: ids, windows over long text, batches by length."""
