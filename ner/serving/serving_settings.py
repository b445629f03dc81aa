"""Settings of the service."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from ner.common_settings import RUN
from ner.cpu_settings import available_cores
from ner.settings import Help, Panel, Settings, Unset, settings_group

SERVER = Panel("Server", "服务器")
LIMITS = Panel("Limits", "限制")
SAFETY = Panel("Access", "访问控制")

_MOST_ENGINES, _AT_LEAST = 8, 8

LogFormat = Literal["plain", "json"]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


@settings_group
class ServingSettings(Settings):
    """Where the service listens, what it takes, and how long it works on it."""

    host: Annotated[
        str,
        SERVER,
        Help(
            "Address to listen on. 0.0.0.0 listens on all networks: then use an API key.",
            "监听地址。0.0.0.0 表示所有网络，此时应设置 API key。",
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int, Field(ge=0, le=65_535), SERVER, Help("Port. 0 takes a free one.", "端口。0 表示任选一个空闲端口。")
    ] = 8000
    engines: Annotated[
        int | None,
        Field(ge=1, le=256),
        RUN,
        Unset(f"one per core, at most {_MOST_ENGINES}", f"每核一个，至多 {_MOST_ENGINES} 个"),
        Help(
            "Number of engine processes. Each one has all models in memory.",
            "引擎进程数。每个进程都把所有模型载入内存。",
        ),
    ] = None
    timeout: Annotated[
        Seconds,
        LIMITS,
        Help(
            "Seconds in which a request is answered; a request can ask for less with X-Request-Timeout.",
            "请求必须在这么多秒内答复；请求可用 X-Request-Timeout 要求更短。",
        ),
    ] = 30.0
    max_wait: Annotated[
        Seconds,
        LIMITS,
        Help(
            "Seconds that a request may wait in the queue. If the expected wait is longer, it is refused with 429.",
            "请求排队的最长秒数。预计超过时返回 429。",
        ),
    ] = 2.0
    receive_timeout: Annotated[
        Seconds,
        LIMITS,
        Help("Seconds in which a request must arrive completely.", "请求必须在这么多秒内全部到达。"),
    ] = 10.0
    grace: Annotated[
        Seconds,
        LIMITS,
        Help(
            "Seconds after SIGTERM to answer the requests that have been accepted.",
            "收到 SIGTERM 后，用这么多秒答完已接受的请求。",
        ),
    ] = 30.0
    max_body: Annotated[
        int, Field(ge=1_000, le=1 << 30), LIMITS, Help("Largest request in bytes.", "请求的最大字节数。")
    ] = 2_000_000
    max_texts: Annotated[
        int, Field(ge=1, le=100_000), LIMITS, Help("Largest number of texts in a request.", "每个请求最多的文本数。")
    ] = 256
    max_characters: Annotated[
        int, Field(ge=1, le=10_000_000), LIMITS, Help("Longest text in characters.", "单条文本的最大字数。")
    ] = 100_000
    max_connections: Annotated[
        int, Field(ge=1, le=100_000), LIMITS, Help("Largest number of connections.", "最多的连接数。")
    ] = 4096
    api_key_file: Annotated[
        str | None,
        SAFETY,
        Unset("no key needed", "不需要"),
        Help(
            "File with API keys, one per line. Requests need one of them.",
            "API key 文件，每行一个。请求须带其中之一。",
        ),
    ] = None
    admin_key_file: Annotated[
        str | None,
        SAFETY,
        Unset("no admin route", "不提供管理接口"),
        Help(
            "File with keys for POST /v1/admin/reload, one per line.", "POST /v1/admin/reload 的 key 文件，每行一个。"
        ),
    ] = None
    cors_origin: Annotated[
        str | None,
        SAFETY,
        Unset("none", "无"),
        Help(
            "Origin whose web pages may call the service, for example https://example.org.",
            "允许哪个来源的网页调用本服务，例如 https://example.org。",
        ),
    ] = None
    tls_certificate: Annotated[
        str | None, SAFETY, Unset("no TLS", "不用 TLS"), Help("PEM file of the TLS certificate.", "TLS 证书 PEM 文件。")
    ] = None
    tls_key: Annotated[
        str | None, SAFETY, Unset("no TLS", "不用 TLS"), Help("PEM file of the TLS key.", "TLS 私钥 PEM 文件。")
    ] = None
    log_format: Annotated[
        LogFormat,
        SERVER,
        Help(
            "Format of the log on standard error. json: one object per line. Texts are never logged.",
            "标准错误上日志的格式。json：每行一个对象。日志不含文本。",
        ),
    ] = "plain"

    def conflicts(self) -> Iterator[str]:
        if (self.tls_certificate is None) != (self.tls_key is None):
            yield "expected both `tls_certificate` and `tls_key`, or none of them"
        most = max(_AT_LEAST, available_cores())
        if self.engines is not None and self.engines > most:  # each has the models in memory, and needs a core
            yield self.conflict("engines", f"at most {most} on a machine with {available_cores()} cores")

    def plan(self, threads: int | None) -> tuple[int, int]:
        """The number of engine processes, and the threads of each one.

        Args:
            threads: the threads of an engine; None for the cores that its share has.
        """
        cores = available_cores()
        engines = self.engines or max(1, min(cores // (threads or 1), _MOST_ENGINES))
        return engines, threads or max(1, cores // engines)
