"""A small Hub on loopback, for tests: the parts of the Hub's protocol that its own clients use.

`huggingface_hub` and `datasets` talk to it unchanged, with `HF_ENDPOINT` set to its address and the LFS
way of uploading. Repositories live in memory: commits with their files, tags, uploaded objects. Faults can
be planted: a status, or a connection that breaks, the next so many times that some request comes in.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

LFS_SUFFIXES = (".parquet", ".safetensors", ".png", ".mp4", ".bin")
TOKEN = "hf_test"


@dataclass(frozen=True)
class Blob:
    """A file's content."""

    data: bytes

    @property
    def oid(self) -> str:
        """As git names it."""
        return hashlib.sha1(b"blob %d\0" % len(self.data) + self.data).hexdigest()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass
class Repo:
    """A repository: its commits from the first on, each with all its files."""

    commits: list[tuple[str, dict[str, Blob]]]
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def head(self) -> str:
        return self.commits[-1][0]

    def files(self, revision: str) -> tuple[str, dict[str, Blob]] | None:
        """The commit that a branch, tag or commit names, and its files."""
        sha = self.head if revision == "main" else self.tags.get(revision, revision)
        return next(((name, files) for name, files in self.commits if name == sha), None)


@dataclass
class Fault:
    """What goes wrong when a request comes whose `METHOD path` the pattern matches."""

    pattern: str
    times: int
    status: int = 0
    """0: the connection breaks, after `after` bytes of a body in either direction."""
    after: int = 0
    headers: dict[str, str] = field(default_factory=dict)


class Hub:
    """The server; `requests` lists what came in, `faults` what is to go wrong."""

    def __init__(self) -> None:
        self.repos: dict[tuple[str, str], Repo] = {}
        self.objects: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.faults: list[Fault] = []
        self.lock = threading.RLock()
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that are killed
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fault(self, request: str) -> Fault | None:
        """The fault that this request meets."""
        with self.lock:
            for fault in self.faults:
                if fault.times > 0 and re.search(fault.pattern, request):
                    fault.times -= 1
                    return fault
        return None

    def count(self, pattern: str) -> int:
        """How many requests came in that match."""
        return sum(bool(re.search(pattern, request)) for request in self.requests)


class _Broken(Exception):
    """The connection is to break."""


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._handle()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        path, self.query = unquote(parts.path), parse_qs(parts.query)
        request = f"{self.command} {path}"
        self.hub.requests.append(request)
        fault = self.hub.fault(request)
        try:
            length = int(self.headers.get("Content-Length") or 0)
            if fault and not fault.status and self.command in ("PUT", "POST"):
                self.rfile.read(min(length, fault.after))
                raise _Broken
            body = (
                self._chunks()
                if "chunked" in self.headers.get("Transfer-Encoding", "")
                else self.rfile.read(length)
            )
            if fault and fault.status:
                self._send(fault.status, {"error": "planted"}, fault.headers)
                return
            self.cut = fault.after if fault else None
            with self.hub.lock:
                self._route(path, body)
        except (_Broken, ConnectionError):
            self.close_connection = True
            self.connection.close()

    def _chunks(self) -> bytes:
        whole = b""
        while size := int(self.rfile.readline(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def _send(
        self,
        status: int,
        content: Any = None,
        headers: dict[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            cut = getattr(self, "cut", None)
            self.wfile.write(data if cut is None else data[:cut])
            if cut is not None:
                self.wfile.flush()
                raise _Broken

    def _missing(self, what: str) -> None:
        self._send(404, {"error": what}, {"X-Error-Code": what})

    def _route(self, path: str, body: bytes) -> None:
        if path == "/api/whoami-v2":
            return self._send(200, {"name": "tester", "orgs": [], "auth": {"type": "access_token"}})
        if path == "/api/validate-yaml":
            return self._send(200, {"errors": [], "warnings": []})
        if path.startswith("/_lfs/"):
            return self._lfs_object(path.removeprefix("/_lfs/"), body)
        if self.command in ("POST", "PUT") and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._send(401, {"error": "Invalid credentials in Authorization header"})
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if path.endswith(".git/info/lfs/objects/batch"):
            return self._lfs_batch(json.loads(body))
        if resolved := re.fullmatch(r"/(?:(datasets)/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            kind, name, revision, file = resolved.groups()
            return self._resolve("dataset" if kind else "model", name, revision, file)
        if api := re.fullmatch(
            r"/api/(dataset|model)s/([^/]+/[^/]+?)(?:/([a-z-]+)(?:/([^/]+)(?:/(.*))?)?)?", path
        ):
            return self._api(*api.groups(), body)
        return self._missing("EntryNotFound")

    def _create(self, asked: dict[str, Any]) -> None:
        name = f"{asked.get('organization') or 'tester'}/{asked['name']}"
        key = asked.get("type") or "model", name
        if key in self.hub.repos:
            return self._send(
                409, {"error": "exists", "url": f"{self.hub.url}/{'datasets/' * (key[0] == 'dataset')}{name}"}
            )
        first = hashlib.sha1(f"{key}".encode()).hexdigest()
        self.hub.repos[key] = Repo([(first, {})])
        return self._send(
            200, {"url": f"{self.hub.url}/{'datasets/' * (key[0] == 'dataset')}{name}", "name": name}
        )

    def _lfs_batch(self, asked: dict[str, Any]) -> None:
        objects = []
        for item in asked["objects"]:
            entry = {"oid": item["oid"], "size": item["size"]}
            if item["oid"] not in self.hub.objects:
                entry["actions"] = {"upload": {"href": f"{self.hub.url}/_lfs/{item['oid']}"}}
            objects.append(entry)
        self._send(200, {"transfer": "basic", "objects": objects})

    def _lfs_object(self, oid: str, body: bytes) -> None:
        if hashlib.sha256(body).hexdigest() != oid:
            return self._send(400, {"error": "wrong hash"})
        self.hub.objects[oid] = body
        return self._send(200, {})

    def _resolve(self, kind: str, name: str, revision: str, file: str) -> None:
        repo = self.hub.repos.get((kind, name))
        if repo is None:
            return self._missing("RepoNotFound")
        found = repo.files(revision)
        if found is None:
            return self._missing("RevisionNotFound")
        sha, files = found
        if file not in files:
            return self._send(404, {}, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": sha})
        blob = files[file]
        etag = blob.sha256 if file.endswith(LFS_SUFFIXES) else blob.oid
        headers = {"X-Repo-Commit": sha, "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
        if file.endswith(LFS_SUFFIXES):
            headers |= {"X-Linked-Etag": f'"{etag}"', "X-Linked-Size": str(len(blob.data))}
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if self.command == "GET" and span:
            start, end = int(span[1]), int(span[2] or len(blob.data) - 1)
            part = blob.data[start : end + 1]
            headers["Content-Range"] = f"bytes {start}-{start + len(part) - 1}/{len(blob.data)}"
            return self._send(206, part, headers)
        return self._send(200, blob.data, headers)

    def _api(
        self, kind: str, name: str, action: str | None, revision: str | None, rest: str | None, body: bytes
    ) -> None:
        repo = self.hub.repos.get((kind, name))
        if repo is None:
            return self._missing("RepoNotFound")
        revision = revision or "main"
        if action == "preupload":
            return self._preupload(repo, json.loads(body))
        if action == "commit":
            return self._commit(repo, name, body)
        if action == "tag" and self.command == "DELETE":
            return self._send(200 if repo.tags.pop(revision, None) else 404, {})
        if action == "tag":
            tag = json.loads(body)["tag"]
            if tag in repo.tags:
                return self._send(409, {"error": "tag exists"})
            found = repo.files(revision)
            assert found
            repo.tags[tag] = found[0]
            return self._send(200, {})
        if action == "refs":
            branches = [{"name": "main", "ref": "refs/heads/main", "targetCommit": repo.head}]
            tags = [{"name": t, "ref": f"refs/tags/{t}", "targetCommit": sha} for t, sha in repo.tags.items()]
            return self._send(200, {"branches": branches, "tags": tags, "converts": []})
        found = repo.files(revision)
        if found is None:
            return self._missing("RevisionNotFound")
        sha, files = found
        if action == "tree":
            return self._tree(files, rest or "")
        if action == "paths-info":
            asked = json.loads(body)["paths"] if body[:1] == b"{" else parse_qs(body.decode())["paths"]
            entries = [_entry(path, files[path]) for path in asked if path in files]
            folders = [p for p in asked if p not in files and any(f.startswith(p + "/") for f in files)]
            return self._send(200, entries + [{"type": "directory", "path": p, "oid": "0"} for p in folders])
        siblings = [{"rfilename": path} for path in files]
        return self._send(200, {"id": name, "sha": sha, "siblings": siblings, "private": False, "tags": []})

    def _tree(self, files: dict[str, Blob], under: str) -> None:
        prefix = f"{under}/" if under else ""
        inside = {path: blob for path, blob in files.items() if path.startswith(prefix)}
        if under and not inside:
            return self._missing("EntryNotFound")
        folders = {
            prefix + "/".join(parts[:depth])
            for path in inside
            for parts in [path.removeprefix(prefix).split("/")]
            for depth in range(1, len(parts))
        }
        entries = [{"type": "directory", "path": p, "oid": "0", "size": 0} for p in sorted(folders)]
        entries += [_entry(path, blob) for path, blob in inside.items()]
        if self.query.get("recursive", ["false"])[0].lower() not in ("true", "1"):
            entries = [e for e in entries if "/" not in e["path"].removeprefix(prefix)]
        return self._send(200, entries)

    def _preupload(self, repo: Repo, asked: dict[str, Any]) -> None:
        files = repo.commits[-1][1]
        said = []
        for item in asked["files"]:
            path = item["path"]
            lfs = path.endswith(LFS_SUFFIXES)
            entry = {"path": path, "uploadMode": "lfs" if lfs else "regular", "shouldIgnore": False}
            if path in files:
                entry["oid"] = files[path].sha256 if lfs else files[path].oid
            said.append(entry)
        self._send(200, {"files": said})

    def _commit(self, repo: Repo, name: str, body: bytes) -> None:
        lines = [json.loads(line) for line in body.splitlines() if line]
        files = dict(repo.commits[-1][1])
        for line in lines:
            value = line["value"]
            if line["key"] == "header" and value.get("parentCommit") not in (None, repo.head):
                return self._send(
                    412, {"error": "A commit has happened since. Please refresh and try again."}
                )
            if line["key"] == "file":
                files[value["path"]] = Blob(base64.b64decode(value["content"]))
            elif line["key"] == "lfsFile":
                files[value["path"]] = Blob(self.hub.objects[value["oid"]])
            elif line["key"] == "deletedFile":
                files.pop(value["path"])
            elif line["key"] == "deletedFolder":
                files = {p: b for p, b in files.items() if not p.startswith(value["path"].rstrip("/") + "/")}
        sha = hashlib.sha1(f"{repo.head}{len(repo.commits)}".encode() + body).hexdigest()
        repo.commits.append((sha, files))
        url = f"{self.hub.url}/datasets/{name}/commit/{sha}"
        return self._send(200, {"success": True, "commitOid": sha, "commitUrl": url, "hookOutput": ""})


def _entry(path: str, blob: Blob) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "path": path, "size": len(blob.data), "oid": blob.oid}
    if path.endswith(LFS_SUFFIXES):
        entry["lfs"] = {"oid": blob.sha256, "size": len(blob.data), "pointerSize": 130}
    return entry
