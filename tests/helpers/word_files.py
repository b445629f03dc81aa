"""Word files for tests."""

import zipfile
from pathlib import Path

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


def write_word(path: Path, body: str, before: str = "") -> Path:
    """Write a Word file with these elements in its body, and what comes before the document."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        document = f'<?xml version="1.0" encoding="UTF-8"?>{before}<w:document {NAMESPACES}><w:body>{body}</w:body>'
        package.writestr("word/document.xml", f"{document}</w:document>")
    return path
