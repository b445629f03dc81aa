"""How to cite bert-ner. CITATION.cff in the repository says the same."""

from ner.version import installed_version

TITLE = "bert-ner: Chinese named-entity recognition with BERT, BiLSTM and CRF"
AUTHORS = "The bert-ner authors"


def bibtex() -> str:
    """The entry for BibTeX, with the version that is installed."""
    fields = {
        "author": f"{{{AUTHORS}}}",
        "title": f"{{{TITLE}}}",
        "note": f"Version {installed_version('bert-ner')}",
        "howpublished": "Software",
    }
    lines = [f"  {name:12} = {{{value}}}," for name, value in fields.items()]
    return "\n".join(["@misc{bert-ner,", *lines, "}"])
