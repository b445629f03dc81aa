"""Labels from several sources that may be wrong: models, lists, rules, and answers of language models."""
