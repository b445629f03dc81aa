"""Parts that HTML pages, Markdown and pictures share: style, templates, tables, and text with highlighted entities."""
