from ner.pages.latex import escape, format_table


def test_special_characters_are_printed_as_they_are() -> None:
    assert escape(r"a_b & 5% of {x} \ ~^#$") == (
        r"a\_b \& 5\% of \{x\} \textbackslash{} \textasciitilde{}\textasciicircum{}\#\$"
    )
    assert escape("91.2 ± 0.3, <b>\n") == r"91.2 $\pm$ 0.3, \textless{}b\textgreater{}\textbackslash{}n"


def test_a_minus_is_one_only_before_a_number() -> None:
    assert escape("-0.5 [-1.2, +0.1] my-2 model-a") == "$-$0.5 [$-$1.2, +0.1] my-2 model-a"


def test_a_table_of_booktabs() -> None:
    assert format_table(["system", "F1"], [["a", "90"], ["b", "91"]], [1]).splitlines() == [
        r"% needs \usepackage{booktabs}",
        r"\begin{tabular}{lr}",
        r"\toprule",
        r"system & F1 \\",
        r"\midrule",
        r"a & 90 \\",
        r"b & 91 \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]
