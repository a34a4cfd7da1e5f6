"""A headless Chromium to drive in tests, over the DevTools protocol on a pair of pipes."""

from __future__ import annotations

import base64
import itertools
import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PATH = Path("/usr/bin/chromium")
_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --remote-debugging-pipe"
)


class Navigated(Exception):
    """The page went away while it was asked."""


class Chromium:
    """One browser with one page; `complaints` are the errors and exceptions that the page met.

    Args:
        profile: an empty folder of its own.
    """

    def __init__(self, profile: Path) -> None:
        read_ours, write_theirs = os.pipe()
        read_theirs, write_ours = os.pipe()
        # It reads commands from file descriptor 3 and writes to 4. Ours have higher numbers: a test process
        # has more files open than that.
        move = "import os, sys; r, w = map(int, sys.argv[1:3]); os.dup2(r, 3); os.dup2(w, 4)"
        self._process = subprocess.Popen(
            [sys.executable, "-IS", "-c", f"{move}; os.execv(sys.argv[3], sys.argv[3:])", str(read_theirs)]
            + [str(write_theirs), str(PATH), *_FLAGS.split(), f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(read_theirs, write_theirs),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read_theirs)
        os.close(write_theirs)
        self._read, self._write = read_ours, write_ours
        self._numbers, self._rest, self._session = itertools.count(1), b"", ""
        self.complaints: list[str] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def close(self) -> None:
        self._session = ""
        self.send("Browser.close")
        self._process.wait(timeout=20)
        os.close(self._read)
        os.close(self._write)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give a command and wait for its result."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while (answer := self._next())["id"] != number:
            pass
        said = answer.get("error", {}).get("message", "")
        if "navigated" in said or "execution context" in said:
            raise Navigated(f"{method}: {said}")
        assert "error" not in answer, f"{method}: {answer['error']}"
        return dict(answer["result"])

    def open(self, address: str) -> None:
        """Go to a page, wait until it is loaded, and forget what other pages complained of."""
        self.send("Page.navigate", url="about:blank")  # so that an address that differs in its hash loads
        self.complaints.clear()
        self.send("Page.navigate", url=address)
        self.wait(
            f"location.href.startsWith({json.dumps(address[:8])}) && document.readyState === 'complete'"
        )

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, f"{script}: {answer['exceptionDetails']}"
        return answer["result"].get("value")

    def wait(self, condition: str, seconds: float = 10) -> None:
        """Wait until an expression is true in the page, or in the one that it makes way for."""
        end = time.monotonic() + seconds
        while not self._holds(condition):
            assert time.monotonic() < end, f"never true: {condition}"
            time.sleep(0.02)

    def _holds(self, condition: str) -> bool:
        try:
            return bool(self.run(condition))
        except Navigated:
            return False

    def press(self, key: str) -> None:
        """Press a key; one character, or a name such as ArrowRight."""
        text = {"text": key} if len(key) == 1 else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key)

    def click(self, element: str) -> None:
        """Click in the middle of what an expression names, as a hand would: what lies on top gets it."""
        x, y = self.run(
            f"(e => {{ e.scrollIntoView({{block: 'center'}}); const b = e.getBoundingClientRect();"
            f" return [b.x + b.width / 2, b.y + b.height / 2]; }})({element})"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def resize(self, width: int, height: int, *, mobile: bool = False) -> None:
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=mobile,
        )

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    def _next(self) -> dict[str, Any]:
        """The next answer; events before it are only looked through."""
        while True:
            while b"\0" not in self._rest:
                ready, _, _ = select.select([self._read], [], [], 30)
                assert ready, "the browser says nothing"
                read = os.read(self._read, 1 << 20)
                assert read, "the browser is gone"
                self._rest += read
            text, self._rest = self._rest.split(b"\0", 1)
            message: dict[str, Any] = json.loads(text)
            if "id" in message:
                return message
            self._note(message)

    def _note(self, event: dict[str, Any]) -> None:
        said = event.get("params", {})
        if event["method"] == "Runtime.exceptionThrown":
            self.complaints.append(str(said["exceptionDetails"]))
        elif event["method"] == "Log.entryAdded" and said["entry"]["level"] == "error":
            self.complaints.append(said["entry"]["text"])
        elif event["method"] == "Runtime.consoleAPICalled" and said["type"] == "error":
            self.complaints.append(str(said["args"]))
        elif event["method"] == "Page.javascriptDialogOpening":
            self.complaints.append(f"dialog: {said['message']}")
