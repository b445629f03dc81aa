import json
from pathlib import Path

import pandas as pd
import pytest

from ner.errors import InputError
from ner.records.column_names import column_names


def test_in_every_kind_of_table(tmp_path: Path) -> None:
    frame = pd.DataFrame([("一", 1)], columns=["文本", "id"])
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_csv(tmp_path / "semicolons.csv", index=False, sep=";")
    frame.to_csv(tmp_path / "gb.csv", index=False, encoding="gb18030")
    frame.to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.jsonl").write_text("\n" + json.dumps({"文本": "一", "id": 1}) + "\n", encoding="utf-8")
    for path in tmp_path.iterdir():
        assert column_names(str(path), encoding="gb18030" if path.stem == "gb" else None) == ["文本", "id"], path


def test_files_without_content(tmp_path: Path) -> None:
    for name in ("a.csv", "a.tsv"):
        (tmp_path / name).write_text("")
        assert column_names(str(tmp_path / name)) == []
    (tmp_path / "a.jsonl").write_text("[1]\n")
    assert column_names(str(tmp_path / "a.jsonl")) == []
    (tmp_path / "b.jsonl").write_text("{\n")
    with pytest.raises(InputError, match=r"b\.jsonl:1: expected one JSON object per line"):
        column_names(str(tmp_path / "b.jsonl"))
