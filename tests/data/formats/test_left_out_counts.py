from ner.data.findings import Finding
from ner.data.formats.left_out_counts import Tally


def test_a_tally_counts_records() -> None:
    tally = Tally()
    tally.add(3, "field left out", ["field 'id'", "field 'id'", "field 'meta'"])
    tally.add(4, "field left out", ["field 'id'"])
    assert tally.findings("a.jsonl") == [
        Finding("a.jsonl", 3, "field left out", "field 'id' in 2 records"),
        Finding("a.jsonl", 3, "field left out", "field 'meta' in 1 record"),
    ]


def test_records_have_other_names_too() -> None:
    tally = Tally("task")
    for line in range(1, 1235):
        tally.add(line, "read from predictions", ["only predictions"])
    assert [str(finding) for finding in tally.findings("a")] == ["a:1: only predictions in 1,234 tasks"]
