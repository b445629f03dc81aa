"""From text to entities: `Tagger` for strings, and files in bulk."""
