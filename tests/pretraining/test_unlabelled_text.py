import gzip
from pathlib import Path

import pytest

from ner.errors import InputError
from ner.pretraining.unlabelled_text import Source, is_held_out, paragraphs, parse_source


def test_plain_and_gzipped_files_read_alike(tmp_path: Path) -> None:
    content = "\ufeff王小明\r\n\n \u3000北京 \n末行".encode()
    (tmp_path / "plain").write_bytes(content)
    (tmp_path / "zipped").write_bytes(gzip.compress(content))
    expected = [(1, "王小明"), (3, "北京"), (4, "末行")]
    assert list(paragraphs(tmp_path / "plain", "utf-8")) == expected
    assert list(paragraphs(tmp_path / "zipped", "utf-8")) == expected
    assert list(paragraphs(tmp_path / "zipped", "utf-8", after=1)) == expected[1:]


def test_a_line_of_any_length_is_read_in_pieces_that_lose_nothing(tmp_path: Path) -> None:
    text = "长江是大江。" * 5000
    (tmp_path / "long.txt").write_text(text)
    pieces = [piece for _, piece in paragraphs(tmp_path / "long.txt", "utf-8")]
    assert len(pieces) == 3
    assert "".join(pieces) == text


def test_other_encodings(tmp_path: Path) -> None:
    (tmp_path / "gbk.txt").write_text("王小明\n北京\n", encoding="gb18030")
    assert [text for _, text in paragraphs(tmp_path / "gbk.txt", "gb18030")] == ["王小明", "北京"]
    (tmp_path / "mixed.txt").write_bytes("王小明\n".encode() + "北京\n".encode("gb18030"))
    with pytest.raises(InputError, match=r"mixed\.txt:2: is not utf-8: .*`encoding`"):
        list(paragraphs(tmp_path / "mixed.txt", "utf-8"))
    (tmp_path / "utf16.txt").write_text("abc\n", encoding="utf-16-le")
    with pytest.raises(InputError, match=r"utf16\.txt:1: has a NUL character"):
        list(paragraphs(tmp_path / "utf16.txt", "utf-8"))
    with pytest.raises(InputError, match="unknown encoding"):
        list(paragraphs(tmp_path / "gbk.txt", "utf-9"))


def test_a_gzip_file_that_was_cut_short_is_named(tmp_path: Path) -> None:
    data = gzip.compress("".join(map(chr, range(0x4E00, 0x9000))).encode())
    (tmp_path / "cut.gz").write_bytes(data[:-100])
    with pytest.raises(InputError, match=r"cut\.gz is damaged"):
        list(paragraphs(tmp_path / "cut.gz", "utf-8"))


def test_files_with_weights(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    odd = tmp_path / "b=3"
    for file in (path, odd):
        file.write_text("王\n")
    assert parse_source(str(path)) == Source(path, 1.0)
    assert parse_source(f"{path}=0.5") == Source(path, 0.5)
    assert parse_source(str(odd)) == Source(odd, 1.0)  # the name of a file comes first
    for weight in ("0", "-1", "twice", "nan", "inf"):
        with pytest.raises(InputError, match="a weight above 0"):
            parse_source(f"{path}={weight}")
    with pytest.raises(InputError, match="no such file or folder"):
        parse_source(str(tmp_path / "none.txt"))
    for name in ("a.jsonl", "a.csv.gz", "a.docx", "a.txt.zst"):
        (tmp_path / name).touch()
        with pytest.raises(InputError, match=rf"{name}: expected plain text with one paragraph per line"):
            parse_source(str(tmp_path / name))
    with pytest.raises(InputError, match=r"is a folder: give the files in it, for example .*\*\.txt"):
        parse_source(str(tmp_path))


def test_the_held_out_share_depends_on_the_text_alone_and_grows_with_the_share() -> None:
    texts = [f"第{number}段" for number in range(20_000)]
    held_out = {text for text in texts if is_held_out(text, 0.1)}
    assert 0.09 < len(held_out) / len(texts) < 0.11
    assert held_out < {text for text in texts if is_held_out(text, 0.2)}
    # The same on every machine and in every version: what one run held out, no later one may learn.
    assert "".join(str(int(is_held_out(f"第{number}段", 0.5))) for number in range(8)) == "01000011"
