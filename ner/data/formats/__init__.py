"""The formats that annotated text is kept in: a module for each, to read and to write it."""
