"""Models on loopback, for tests: a server of chat completions whose models say what a test has written.

The model `writer` knows the rows by their videos and gives each a chain that holds; `judge` lets everything
pass; `polisher` gives back what it got. A test puts other behaviour in `says`, plants faults, or closes the
gate, which holds requests that come in until it opens.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from synrl.cot import trace

PASS = {"reaches_answer": True, "follows_order": True, "times_within_tolerance": True, "reasons": []}
FAIL = {**PASS, "follows_order": False, "reasons": ["the second step comes before the first"]}
KEY = "sk-test-1234"

Said = str | Mapping[str, Any]
"""A text, or the fields of a choice."""


@dataclass
class Fault:
    """What goes wrong the next so many times that a model is asked."""

    model: str
    times: int
    status: int = 0
    """0: the connection breaks, in the middle of the body."""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    """With status 200, instead of a completion."""


class Models:
    """The server; `requests` lists the bodies that came in, `says` what a model says to one."""

    def __init__(self, rows: Sequence[Mapping[str, Any]] = ()) -> None:
        self.chains = {_digest(row["video"]["bytes"]): trace.write(row) for row in rows}
        self.ids = {_digest(row["video"]["bytes"]): row["id"] for row in rows}
        self.says: dict[str, Callable[[dict[str, Any]], Said]] = {}
        self.requests: list[dict[str, Any]] = []
        self.keys: set[str | None] = set()
        self.faults: list[Fault] = []
        self.delay = 0.0
        self.held = 0
        self.gate = threading.Event()
        self.gate.set()
        self.lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"models": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked(self, model: str) -> list[dict[str, Any]]:
        """The requests to a model."""
        return [request for request in self.requests if request["model"] == model]

    def repeated(self) -> Counter[str]:
        """Requests that came in more than once."""
        counts = Counter(hashlib.sha256(json.dumps(body).encode()).hexdigest() for body in self.requests)
        return Counter({key: count for key, count in counts.items() if count > 1})

    def row_id(self, request: Mapping[str, Any]) -> str:
        """The row that a writer is asked about."""
        return str(self.ids[_video(request)])

    def right(self, request: Mapping[str, Any]) -> str:
        """A chain that holds."""
        return as_written(self.chains[_video(request)])

    def wrong(self, request: Mapping[str, Any]) -> str:
        """The same with another answer."""
        return re.sub(r"<answer>.*</answer>", "<answer>not this</answer>", self.right(request))

    def choice(self, request: dict[str, Any]) -> dict[str, Any]:
        """What the model says, as a choice of the protocol."""
        model = request["model"]
        defaults: dict[str, Callable[[dict[str, Any]], Said]] = {
            "writer": self.right,
            "judge": lambda _: json.dumps(PASS),
            "polisher": lambda body: f"<reasoning>{fenced(body, 'REASONING')}</reasoning>",
        }
        said = self.says.get(model, defaults[model])(request)
        fields = {"content": said} if isinstance(said, str) else dict(said)
        finish = fields.pop("finish_reason", "stop")
        return {"index": 0, "finish_reason": finish, "message": {"role": "assistant", **fields}}


def as_written(chain: str) -> str:
    """A chain as a writer gives it."""
    return chain.replace("<think>", "<reasoning>").replace("</think>", "</reasoning>")


def fenced(request: Mapping[str, Any], name: str) -> str:
    """What stands in a fence of the last message."""
    content = request["messages"][-1]["content"]
    text = content if isinstance(content, str) else content[-1]["text"]
    return re.findall(rf"<<{name} (\w+)>>\n(.*?)\n<</{name} \1>>", text, re.DOTALL)[-1][1]


def _video(request: Mapping[str, Any]) -> str:
    url = request["messages"][1]["content"][0]["video_url"]["url"]
    return _digest(base64.b64decode(url.removeprefix("data:video/mp4;base64,"), validate=True))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    models: Models
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        models = self.models
        with models.lock:
            models.requests.append(request)
            models.keys.add(self.headers["Authorization"])
            fault = next((f for f in models.faults if f.model == request["model"] and f.times > 0), None)
            if fault:
                fault.times -= 1
            models.held += not models.gate.is_set()
        models.gate.wait()
        time.sleep(models.delay)
        if self.path != "/v1/chat/completions":
            return self._send(404, b"{}")
        if fault and fault.status:
            error = fault.body or json.dumps({"error": {"message": "planted"}}).encode()
            return self._send(fault.status, error, fault.headers)
        if self.headers["Authorization"] == "Bearer wrong":
            return self._send(401, json.dumps({"error": {"message": "bad key"}}).encode())
        if request["model"] not in ("writer", "judge", "polisher"):
            return self._send(404, json.dumps({"error": {"message": "no such model"}}).encode())
        usage = {"prompt_tokens": 100, "completion_tokens": 10}
        body = json.dumps({"choices": [models.choice(request)], "usage": usage}).encode()
        return self._send(200, body, cut=bool(fault))

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] = {}, cut: bool = False) -> None:
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        whole = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        try:
            self.wfile.write(whole[: -len(body) // 2] if cut else whole)
        except ConnectionError:  # whoever asked is gone
            cut = True
        self.close_connection = cut
