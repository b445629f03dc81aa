"""Settings of the service."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from ner.common_settings import RUN
from ner.cpu_settings import available_cores
from ner.settings import Help, Panel, Unset, settings_group
from ner.tagging.engine_settings import EngineSettings

SERVER = Panel("Server", "服务器")
LIMITS = Panel("Limits", "限制")
SAFETY = Panel("Access", "访问控制")

_MOST_ENGINES, _AT_LEAST = 8, 8

LogFormat = Literal["plain", "json"]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


@settings_group
class ServingSettings(EngineSettings):
    """Where the service listens, what it takes, how long it works on it, and how its models compute."""

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
    threads: Annotated[
        int | None,
        Field(ge=1, le=1024),
        RUN,
        Unset("the cores divided by the engines", "核数除以引擎数"),
        Help("Number of CPU threads of each engine process.", "每个引擎进程的 CPU 线程数。"),
    ] = None
    timeout: Annotated[
        Seconds,
        LIMITS,
        Help(
            "Seconds until a request must be answered. A request can ask for less with X-Request-Timeout.",
            "答复一个请求的时限，以秒计。请求可以用 X-Request-Timeout 要求更短的时限。",
        ),
    ] = 30.0
    max_wait: Annotated[
        Seconds,
        LIMITS,
        Help(
            "Longest wait in the queue in seconds. If the expected wait is longer, requests are refused with 429.",
            "最长的排队时间，以秒计。预计等待超过它时，请求会被拒绝（429）。",
        ),
    ] = 2.0
    receive_timeout: Annotated[
        Seconds,
        LIMITS,
        Help(
            "Seconds until a request must have arrived completely. Then its connection is closed.",
            "接收完一个请求的时限，以秒计。超时则关闭连接。",
        ),
    ] = 10.0
    grace: Annotated[
        Seconds,
        LIMITS,
        Help(
            "Seconds after SIGTERM in which accepted requests are still answered.",
            "收到 SIGTERM 后，留给已接受请求的时间，以秒计。",
        ),
    ] = 30.0
    max_body: Annotated[
        int, Field(ge=1_000, le=1 << 30), LIMITS, Help("Maximum size of a request in bytes.", "一个请求最多的字节数。")
    ] = 2_000_000
    max_texts: Annotated[
        int, Field(ge=1, le=100_000), LIMITS, Help("Maximum number of texts in a request.", "一个请求最多的文本数。")
    ] = 256
    max_characters: Annotated[
        int, Field(ge=1, le=10_000_000), LIMITS, Help("Maximum length of a text in characters.", "一条文本最多的字数。")
    ] = 100_000
    max_connections: Annotated[
        int, Field(ge=1, le=100_000), LIMITS, Help("Maximum number of open connections.", "同时打开的连接数上限。")
    ] = 4096
    api_key_file: Annotated[
        str | None,
        SAFETY,
        Unset("no key is needed", "不需要 key"),
        Help(
            "File with API keys, one per line. Each request must have one of them.",
            "API key 文件，每行一个。每个请求都要带上其中一个。",
        ),
    ] = None
    admin_key_file: Annotated[
        str | None,
        SAFETY,
        Unset("none", "无"),
        Help(
            "File with keys for POST /v1/admin/reload, one per line. Without it, there is no such route.",
            "POST /v1/admin/reload 的 key 文件，每行一个。没有它就没有这个接口。",
        ),
    ] = None
    cors_origin: Annotated[
        str | None,
        SAFETY,
        Unset("none", "无"),
        Help(
            "Web site whose pages may call the service (CORS), for example https://example.org.",
            "允许哪个网站的页面调用本服务（CORS），例如 https://example.org。",
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
        yield from EngineSettings.conflicts(self)
        if (self.tls_certificate is None) != (self.tls_key is None):
            yield "expected both `tls_certificate` and `tls_key`, or none of them"
        most = max(_AT_LEAST, available_cores())
        if self.engines is not None and self.engines > most:  # each has the models in memory, and needs a core
            yield self.conflict("engines", f"at most {most} on a machine with {available_cores()} cores")

    def plan(self) -> tuple[int, int]:
        """The number of engine processes, and the threads of each one."""
        cores = available_cores()
        engines = self.engines or max(1, min(cores // (self.threads or 1), _MOST_ENGINES))
        return engines, self.threads or max(1, cores // engines)
