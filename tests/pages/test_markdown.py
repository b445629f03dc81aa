from ner.pages.markdown import escape, format_table


def test_markup_is_escaped() -> None:
    assert escape("a|b *c* <i> [d](e) @f #1 :x: :") == "a\\|b \\*c\\* &lt;i&gt; \\[d\\](e) \\@f \\#1 \\:x: :"


def test_columns_of_numbers_are_aligned_to_the_right() -> None:
    table = format_table(["type", "F1"], [["PER", "90"], ["LOC", "81"]], right=[1])
    assert table.splitlines() == ["| type | F1 |", "| --- | ---: |", "| PER | 90 |", "| LOC | 81 |"]
