"""The service as a process, with real engines: answers, faults, signals, slow clients."""

import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import numpy as np
import pytest

from ner import Embedder, Tagger
from ner.built_in import model_folder
from tests.serving.conftest import ADMIN_KEY, PATIENT, Served

pytestmark = pytest.mark.serve

TEXTS = [
    "林晓东昨天从杭州赶到北京大学医院看望李教授。",
    "",
    "😀远山集团将在成都新建一座工厂。",
    "今天天气很好",
    "王小明在上海。" * 60,
]
Start = Callable[..., Served]


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger.load(precision="fp32")


def test_answers_are_those_of_the_tagger(served: Served, tagger: Tagger) -> None:
    answer = served.tag(*TEXTS).json()
    for text, result, expected in zip(TEXTS, answer["results"], tagger.tag(TEXTS), strict=True):
        found = result["entities"]
        assert [(e["start"], e["end"], e["label"], e["text"]) for e in found] == [
            (e.start, e.end, e.label, e.text) for e in expected
        ]
        assert [e["score"] for e in found] == pytest.approx([e.score for e in expected], abs=1e-4)
        assert all(text[e["start"] : e["end"]] == e["text"] for e in found)


def test_batching_never_changes_an_answer(served: Served, tagger: Tagger) -> None:
    """Requests of all sizes at once, with texts of all lengths: each gets what it would get alone."""
    dice = random.Random(7)
    base = "".join(TEXTS)
    texts = [base[(start := dice.randrange(300)) : start + dice.choice([0, 1, 5, 30, 120])] for _ in range(240)]
    alone = [[(e.start, e.end, e.label) for e in tagger.tag(text)] for text in texts]
    requests, at = [], 0
    while at < len(texts):
        size = dice.choice([1, 1, 2, 7, 20])
        requests.append(range(at, min(at + size, len(texts))))
        at += size

    def send(places: range) -> list[list[tuple[int, int, str]]]:
        results = served.tag(*(texts[i] for i in places)).json()["results"]
        return [[(e["start"], e["end"], e["label"]) for e in one["entities"]] for one in results]

    with ThreadPoolExecutor(16) as pool:
        answers = [one for request in pool.map(send, requests) for one in request]
    assert answers == alone


def test_fixed_spans_and_readings(served: Served, tagger: Tagger) -> None:
    fixed = [[{"start": 6, "end": 8, "label": None}]]
    found = served.tag(TEXTS[0], fixed=fixed).json()["results"][0]["entities"]
    assert "杭州" not in [entity["text"] for entity in found]
    readings = served.tag(TEXTS[0], nbest=3).json()["results"][0]["alternatives"]
    expected = tagger.nbest([TEXTS[0]], 3)[0]
    assert [one["probability"] for one in readings] == pytest.approx([one.probability for one in expected], abs=1e-4)


def test_what_the_model_refuses(served: Served) -> None:
    answer = served.tag("杭州", fixed=[[{"start": 0, "end": 2, "label": "FOOD"}]])
    assert answer.status_code == 422
    assert "expected a type of the model" in answer.json()["error"]
    beyond = served.client.post("/v1/embed", json={"texts": ["杭州"], "layer": "99"})
    assert (beyond.status_code, "no layer 99" in beyond.text) == (422, True)


def test_vectors(served: Served) -> None:
    answer = served.client.post("/v1/embed", json={"texts": TEXTS[:2]}).json()
    expected = Embedder.load("mini-zh-uner").embed(TEXTS[:2])
    assert answer["vectors"][0] == pytest.approx(expected[0].tolist(), abs=1e-4)
    characters = served.client.post("/v1/embed", json={"texts": ["杭州"], "pooling": "none"}).json()
    assert len(characters["vectors"][0]) == 2


def test_a_list_of_the_model_of_a_name_and_of_the_request(serve: Start, tmp_path: Path) -> None:
    """An engine that is started again has them too, and a changed file counts without a restart."""
    keys, listed = tmp_path / "keys.txt", tmp_path / "names.csv"
    keys.write_text(ADMIN_KEY, encoding="utf-8")
    listed.write_text("term,type,mode,id\n机器猫九号,PRODUCT,force,P9\n", encoding="utf-8")
    text = "星海湾在南京展出机器猫九号和远山一号。"
    running = serve("--engines", 1, "--precision", "fp32", "--dictionary", listed, "--admin-key-file", keys, *PATIENT)
    running.wait_until_ready()
    assert running.get("/v1/models").json()["models"][0]["types"] == ["LOC", "ORG", "PER", "PRODUCT"]
    put = running.client.put(
        "/v1/lexicons/shops",
        content="term,type,mode,id\n星海湾,SHOP,force,S1\n".encode(),
        headers={"content-type": "text/csv", "authorization": f"Bearer {ADMIN_KEY}"},
    )
    assert put.status_code == 200, put.text

    def listed_in(**more: Any) -> list[tuple[str, str, str]]:
        entities = running.tag(text, **more).json()["results"][0]["entities"]
        return [(e["text"], e["label"], e.get("id", "")) for e in entities if e["source"] == "dictionary"]

    whole = [("星海湾", "SHOP", "S1"), ("机器猫九号", "PRODUCT", "P9"), ("远山一号", "TOY", "T1")]
    request = {"lexicon": "shops", "dictionary": [{"term": "远山一号", "type": "TOY", "mode": "force", "id": "T1"}]}
    assert listed_in() == whole[1:2]
    assert listed_in(**request) == whole
    os.kill(running.engines()[0], signal.SIGKILL)
    assert listed_in(**request) == whole
    wrong = [{"term": "南京", "type": type_, "mode": "force"} for type_ in ("LOC", "ORG")]
    refused = running.tag(text, dictionary=wrong)
    assert (refused.status_code, refused.json()["error"]) == (
        422,
        "dictionary: entry:1: 南京 is force ORG, but force LOC in entry:0",
    )
    both_wrong = "term,type,mode\n南京,LOC,force\n南京,ORG,force\n"
    refused = running.client.put(
        "/v1/lexicons/shops",
        content=both_wrong.encode(),
        headers={"content-type": "text/csv", "authorization": f"Bearer {ADMIN_KEY}"},
    )
    assert (refused.status_code, "body.csv:3: 南京 is force ORG" in refused.text) == (422, True)
    listed.write_text(both_wrong, encoding="utf-8")
    running.wait_until(lambda: any("the old one goes on" in line for line in running.log))
    assert listed_in(**request) == whole
    listed.write_text("term,type,mode,id\n机器猫九号,PRODUCT,force,P10\n", encoding="utf-8")
    running.wait_until(lambda: listed_in() == [("机器猫九号", "PRODUCT", "P10")])


def test_no_answer_has_half_a_list(serve: Start, tmp_path: Path) -> None:
    """While a list is put again and again, each answer is that of one whole list."""
    keys = tmp_path / "keys.txt"
    keys.write_text(ADMIN_KEY, encoding="utf-8")
    running = serve("--engines", 2, "--threads", 1, *PATIENT, "--admin-key-file", keys)
    running.wait_until_ready()
    terms = [f"{first}{second}" for first in "甲乙丙丁戊己庚辛" for second in "子丑寅卯"]
    headers = {"content-type": "text/csv", "authorization": f"Bearer {ADMIN_KEY}"}

    def put(number: int) -> int:
        rows = "".join(f"{term},T{number},force\n" for term in terms)
        content = f"term,type,mode\n{rows}".encode()
        return running.client.put("/v1/lexicons/a", content=content, headers=headers).status_code

    assert put(0) == 200
    done = threading.Event()

    def put_many() -> set[int]:
        try:
            return {put(number) for number in range(1, 30)}
        finally:
            done.set()

    with ThreadPoolExecutor(5) as pool:
        putting = pool.submit(put_many)
        while not done.is_set():
            for answer in pool.map(lambda _: running.tag("，".join(terms), lexicon="a"), range(8)):
                labels = [entity["label"] for entity in answer.json()["results"][0]["entities"]]
                assert (len(labels), len({*labels})) == (len(terms), 1)
        assert putting.result() == {200}


def test_an_encoder_beside_a_tagger(serve: Start) -> None:
    running = serve("--model", "mini-zh-uner", "--encoder", "bert=mini-zh", "--engines", 1, "--precision", "fp32")
    running.wait_until_ready()
    listed = {one["name"]: one for one in running.get("/v1/models").json()["models"]}
    assert (listed["bert"]["types"], listed["bert"]["embeds"], listed["bert"]["default"]) == ([], True, False)
    assert running.tag("杭州").json()["model"] == "mini-zh-uner"
    refused = running.tag("杭州", model="bert")
    assert (refused.status_code, "is an encoder and finds no entities" in refused.text) == (422, True)
    for name, model in (("mini-zh", {}), ("mini-zh-uner", {"model": "mini-zh-uner"})):
        answer = running.client.post("/v1/embed", json={"texts": TEXTS[:2], "layer": "-2", **model}).json()
        assert answer["model"] == model.get("model", "bert")
        wanted = Embedder.load(name, -2).embed(TEXTS[:2])
        np.testing.assert_allclose(answer["vectors"], wanted, atol=1e-4)


def test_an_encoder_alone(serve: Start) -> None:
    running = serve("--encoder", "mini-zh", "--engines", 1, "--precision", "fp32").wait_until_ready()
    wanted = Embedder.load("mini-zh", -2).embed(["杭州"])
    answer = running.client.post("/encode", json={"id": 1, "texts": ["杭州"], "is_tokenized": False}).json()
    np.testing.assert_allclose(answer["result"], wanted, atol=1e-4)
    assert running.tag("杭州").status_code == 422
    for path in ("/", "/v1/models", "/v2/models/mini-zh", "/label-studio/health", "/presidio/supportedentities"):
        assert running.get(path).status_code == 200, path
    for path, body in {
        "/presidio/analyze": {"text": "杭州", "language": "zh"},
        "/huggingface": {"inputs": "杭州"},
        "/doccano": {"text": "杭州"},
        "/v1/tag/stream": {"text": "杭州"},
    }.items():
        answered = running.client.post(path, json=body)
        assert (answered.status_code, "is an encoder" in answered.text) == (422, True), path
    page = running.client.post("/", data={"text": "杭州"})
    assert (page.status_code, "is an encoder" in page.text) == (422, True)


def test_random_bad_requests_give_no_5xx(served: Served) -> None:
    dice = random.Random(3)
    good = json.dumps(
        {"texts": ["林晓东住在杭州。"], "min_score": 0.5, "nbest": 1, "types": ["LOC"]}, ensure_ascii=False
    )
    values = [b"null", b"-1", b"1e9", b'""', b"[]", b"{}", b"true", b"[[[]]]", b'"\\ud800"', b"NaN", b'"\\u0000"']

    def spoil() -> bytes:
        body = bytearray(good.encode())
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(len(body))
            action = dice.randrange(4)
            if action == 0:
                body[at] = dice.randrange(256)
            elif action == 1:
                del body[at : at + dice.randrange(20)]
            elif action == 2:
                body[at:at] = dice.choice(values)
            else:
                body[at : at + dice.randrange(12)] = dice.choice(values)
            body = body or bytearray(b"{}")
        return bytes(body)

    def send(body: bytes) -> int:
        headers = {"content-type": "application/json"}
        return served.client.post("/v1/tag", content=body, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(send, [spoil() for _ in range(2000)]))
    assert statuses <= {200, 400, 404, 413, 415, 422}
    assert {200, 400, 422} <= statuses


def raw(served: Served, data: bytes, seconds: float = 5) -> bytes:
    """Send bytes, and read until the service closes the connection."""
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=seconds) as connection:
        connection.sendall(data)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received


def test_slow_connections_are_closed(serve: Start) -> None:
    running = serve("--engines", 1, "--receive-timeout", 0.4).wait_until_ready()
    head = b"POST /v1/tag HTTP/1.1\r\nHost: x\r\n"
    half_a_body = head + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    for data in (b"", b"GET", head, half_a_body):
        began = time.monotonic()
        assert b"200" not in raw(running, data), data
        assert time.monotonic() - began < 3, data
    assert running.tag("杭州").status_code == 200


def test_garbage_is_refused(served: Served) -> None:
    assert raw(served, b"\x16\x03\x01\x02\x00\x01\r\n\r\n").startswith(b"HTTP/1.1 400")


def test_many_idle_connections_do_not_fill_the_service(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    idle = [socket.create_connection((host, int(port))) for _ in range(300)]
    try:
        assert served.tag("杭州").status_code == 200
    finally:
        for one in idle:
            one.close()


def test_the_work_of_a_client_that_goes_is_dropped(served: Served) -> None:
    before = served.metric("bert_ner_batch_texts_count")
    body = json.dumps({"texts": ["林晓东住在杭州。" * 300] * 60}).encode()
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = (
            f"POST /v1/tag HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body)
        served.wait_until(lambda: served.metric("bert_ner_queue_texts") > 0)
    served.wait_until(lambda: served.metric("bert_ner_queue_texts") == 0, 5)
    served.wait_until(lambda: served.metric("bert_ner_running_requests") == 1, 5)  # that of the metrics
    assert served.metric("bert_ner_batch_texts_count") - before < 20


def test_a_killed_engine_loses_no_answer(serve: Start) -> None:
    running = serve("--engines", 2, "--threads", 1, *PATIENT).wait_until_ready()
    done = threading.Event()

    def kill() -> None:
        for _ in range(3):
            time.sleep(0.3)
            for number in running.engines()[:1]:
                os.kill(number, signal.SIGKILL)
        done.set()

    threading.Thread(target=kill).start()

    def send(i: int) -> int:
        return running.tag(*[f"林晓东{i}住在杭州。" * 8] * 4).status_code

    statuses: list[int] = []
    with ThreadPoolExecutor(6) as pool:
        while not done.is_set() or len(statuses) < 60:
            statuses += pool.map(send, range(12))
    assert set(statuses) == {200}
    assert running.metric("bert_ner_engine_restarts_total") >= 2
    running.wait_until(lambda: running.metric("bert_ner_engines") == 2)


@pytest.mark.slow
def test_a_text_that_kills_engines_gets_a_500_and_its_neighbours_an_answer(serve: Start, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "if 'ner.serving.engine_process' in ' '.join(sys.orig_argv):\n"
        "    import os, ner.characters.character_table as table\n"
        "    encode = table.CharacterTable.encode\n"
        "    def deadly(self, text):\n"
        "        if '毒药' in text: os._exit(9)\n"
        "        return encode(self, text)\n"
        "    table.CharacterTable.encode = deadly\n",
        encoding="utf-8",
    )
    environment = {"PYTHONPATH": f"{tmp_path}:{os.getcwd()}"}
    running = serve("--engines", 1, *PATIENT, environment=environment).wait_until_ready()
    with ThreadPoolExecutor(8) as pool:
        texts = ["毒药", *[f"林晓东{i}住在杭州。" for i in range(7)]]
        answers = list(pool.map(running.tag, texts))
    assert [one.status_code for one in answers] == [500, *[200] * 7]
    assert answers[0].json().keys() == {"error", "request_id"}
    assert running.metric("bert_ner_engine_restarts_total") == 3
    assert not any("毒药" in line for line in running.log)


def test_sigterm_answers_what_was_accepted(serve: Start) -> None:
    running = serve("--engines", 1, "--threads", 1, *PATIENT).wait_until_ready()
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(running.tag, *["林晓东住在杭州。" * 40] * 10) for _ in range(4)]
        running.wait_until(lambda: running.metric("bert_ner_running_requests") == 5)  # with that of the metrics
        running.process.send_signal(signal.SIGTERM)
        running.wait_until(lambda: running.get("/health/ready").status_code == 503, 5)
        assert running.tag("杭州").status_code == 503
        assert [one.result().status_code for one in sent] == [200] * 4
    assert running.process.wait(20) == 0


def test_sigterm_waits_for_a_client_that_reads_slowly(serve: Start) -> None:
    running = serve("--model", "mini-zh-uner", "--engines", 1, "--threads", 1, *PATIENT).wait_until_ready()
    body = json.dumps({"texts": ["林晓东住在杭州。" * 300], "pooling": "none", "layer": "all"}).encode()
    head = f"POST /v1/embed HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    host, port = running.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head.encode() + body)
        received = connection.recv(4096)
        running.process.send_signal(signal.SIGTERM)
        time.sleep(2.5)
        expected = int(received.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        begun = len(received.partition(b"\r\n\r\n")[2])
        assert expected > 50_000_000  # far more than what the system keeps
        while part := connection.recv(1 << 20):
            begun += len(part)
    assert begun == expected
    assert running.process.wait(20) == 0


def test_an_idle_engine_that_is_killed_is_replaced_at_once(serve: Start) -> None:
    running = serve("--engines", 1).wait_until_ready()
    before = running.engines()
    os.kill(before[0], signal.SIGKILL)
    running.wait_until(lambda: running.get("/health/ready").status_code == 503, 5)
    running.wait_until(lambda: running.get("/health/ready").status_code == 200)
    assert running.engines() != before
    assert running.tag("杭州").status_code == 200


def test_sigterm_does_not_wait_for_half_a_request(serve: Start) -> None:
    running = serve("--engines", 1, "--grace", 1, "--receive-timeout", 60).wait_until_ready()
    host, port = running.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST /v1/tag HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        time.sleep(0.2)
        began = time.monotonic()
        assert running.end() == 0
        assert time.monotonic() - began < 10


def test_no_engine_outlives_a_killed_service(serve: Start) -> None:
    running = serve("--engines", 2).wait_until_ready()
    engines = running.engines()
    assert len(engines) == 2
    running.end(signal.SIGKILL)
    ends = time.monotonic() + 10
    while any(Path(f"/proc/{number}").exists() for number in engines):
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_reload_under_load_and_a_damaged_folder(serve: Start, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder(None), folder)
    keys = tmp_path / "admin.txt"
    keys.write_text(ADMIN_KEY, encoding="utf-8")
    running = serve("--model", f"news={folder}", "--engines", 1, "--admin-key-file", keys).wait_until_ready()
    admin = {"authorization": f"Bearer {ADMIN_KEY}"}
    before = running.engines()
    done = threading.Event()
    statuses: list[int] = []

    def load() -> None:
        while not done.is_set():
            statuses.append(running.tag("林晓东住在杭州。", model="news").status_code)

    sender = threading.Thread(target=load)
    sender.start()
    try:
        assert running.client.post("/v1/admin/reload", headers=admin, timeout=600).status_code == 200
        running.wait_until(lambda: set(running.engines()).isdisjoint(before))
        (folder / "model.safetensors").write_bytes(b"damaged")
        refused = running.client.post("/v1/admin/reload", headers=admin, timeout=600)
        assert (refused.status_code, "damaged" in refused.json()["error"]) == (422, True)
        running.process.send_signal(signal.SIGHUP)
        running.wait_until(lambda: any("the old ones go on" in line for line in running.log))
    finally:
        done.set()
        sender.join()
    assert set(statuses) == {200}


def test_a_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    ended = subprocess.run(
        [sys.executable, "-m", "ner", "serve", "--port", "0", "--model", str(tmp_path / "model")],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ended.returncode == 2
    assert "bert-ner: " in ended.stderr
    assert "Traceback" not in ended.stderr


def test_settings_from_the_environment_and_a_file(serve: Start, tmp_path: Path) -> None:
    config = tmp_path / "serve.toml"
    config.write_text("max_texts = 3\nmax_characters = 10\nthreads = 1\n", encoding="utf-8")
    environment = {
        "BERT_NER_SERVE_MAX_CHARACTERS": "5",
        "BERT_NER_SERVE_ENGINES": "1",
        "BERT_NER_SERVE_LOG_FORMAT": "json",
        "BERT_NER_SERVE_PRECISION": "fp32",
    }
    running = serve("--config", config, environment=environment).wait_until_ready()
    assert running.tag(*["a"] * 4).status_code == 413
    assert running.tag("a" * 6).status_code == 413
    assert running.tag("a" * 5).status_code == 200
    assert running.get("/v1/models").json()["models"][0]["precision"] == "fp32"
    running.wait_until(lambda: any(json.loads(line).get("characters") == 5 for line in list(running.log)))


def test_tls(serve: Start, tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    running = serve("--engines", 1, "--tls-certificate", certificate, "--tls-key", key)
    assert running.url.startswith("https")
    running.wait_until_ready()
    assert running.tag("杭州").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.url + "/health/live", verify=ssl.create_default_context())


def test_a_closed_log_is_no_reason_to_stop(serve: Start) -> None:
    running = serve("--engines", 1, keep_log=False).wait_until_ready()
    for _ in range(3):
        assert running.tag("杭州").status_code == 200


def test_what_a_library_prints_comes_into_no_answer_if_standard_error_is_closed(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "if 'ner.serving.engine_process' in ' '.join(sys.orig_argv):\n"
        "    import os, ner.characters.character_table as table\n"
        "    encode = table.CharacterTable.encode\n"
        "    def loud(self, text):\n"
        "        for number in (1, 2): os.write(number, b'a warning of a library')\n"
        "        return encode(self, text)\n"
        "    table.CharacterTable.encode = loud\n",
        encoding="utf-8",
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = f"exec {sys.executable} -m ner serve --engines 1 --threads 1 --port {port} 2>&-"
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{os.getcwd()}"}
    with subprocess.Popen(["bash", "-c", line], env=environment) as process:
        try:
            retrying = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=600)
            ends = time.monotonic() + 60
            while True:
                try:
                    if retrying.get("/health/ready").status_code == 200:
                        break
                except httpx.ConnectError:
                    assert process.poll() is None
                assert time.monotonic() < ends
                time.sleep(0.1)
            answer = retrying.post("/v1/tag", json={"texts": ["杭州"]})
            assert [one["text"] for one in answer.json()["results"][0]["entities"]] == ["杭州"]
        finally:
            process.kill()


def test_more_than_it_can_do_is_refused_at_once(serve: Start) -> None:
    running = serve("--engines", 1, "--threads", 1, "--max-wait", 0.3).wait_until_ready()

    def send(_: int) -> tuple[int, float]:
        began = time.monotonic()
        answer = running.tag(*["林晓东住在杭州。" * 20] * 20)
        return answer.status_code, time.monotonic() - began

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(send, range(96)))
    assert {status for status, _ in answers} == {200, 429}
    refused, answered = ([seconds for one, seconds in answers if one == status] for status in (429, 200))
    assert median(refused) < median(answered) / 5
