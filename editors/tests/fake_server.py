#!/usr/bin/env python3
"""Stands in for nixpod-lint when the checks themselves are to be checked.

    NIXPOD_LINT=$PWD/fake_server.py ./nvim.sh

`lsp` speaks the protocol and `check PATH...` reports like the real program, with one finding for each `privileged = true;`.
Nothing is evaluated. FAKE_BREAK names a fault, or several: each must make a check fail (FAULTS tells what it does).
FAKE_PULL=1 offers pull diagnostics. With FAKE_LOG=FILE each message is appended to FILE as a line of JSON.
"""
import json
import os
import pathlib
import re
import sys

FAULTS = {
    "wrong-code": "the diagnostic carries another code",
    "no-hover": "hover says nothing",
    "no-fix": "there are no code actions",
    "bad-fix": "the quick fix changes nothing of importance",
    "deaf": "changes of an open text are not seen",
    "bytes": "columns are counted in bytes",
    "twice": "diagnostics are pushed although they are pulled, too",
    "schema": "the severity is a string",
    "keep": "diagnostics stay after the text was closed",
    "stay": "the process does not end with its input",
    "markdown": "hover is Markdown for clients that only show plain text",
}
BROKEN = set(os.environ.get("FAKE_BREAK", "").split())
assert BROKEN <= set(FAULTS), f"unknown fault: {BROKEN - set(FAULTS)}"
PULL = os.environ.get("FAKE_PULL") == "1"
LOG = os.environ.get("FAKE_LOG")
RULE = "privileged-container"
MESSAGE = "`web` runs privileged: it can reach every device of the host"
BINDING = re.compile(r"[ \t]*privileged\s*=\s*(true)\s*;")


class Document:
    def __init__(self, text):
        self.text = text

    def _line_starts(self):
        return [0] + [m.end() for m in re.finditer(r"\r\n|\n|\r", self.text)]

    def offset(self, position):
        starts = self._line_starts()
        if position["line"] >= len(starts):
            return len(self.text)
        at, units = starts[position["line"]], position["character"]
        while units > 0 and at < len(self.text) and self.text[at] not in "\r\n":
            units -= width(self.text[at])
            at += 1
        return at

    def position(self, offset):
        starts = self._line_starts()
        line = max(i for i, start in enumerate(starts) if start <= offset)
        return {"line": line, "character": sum(map(width, self.text[starts[line]:offset]))}

    def span(self, start, end):
        return {"start": self.position(start), "end": self.position(end)}

    def change(self, change):
        if "range" in change:
            start, end = (self.offset(change["range"][side]) for side in ("start", "end"))
            self.text = self.text[:start] + change["text"] + self.text[end:]
        else:
            self.text = change["text"]


def width(char):
    return len(char.encode("utf-8")) if "bytes" in BROKEN else len(char.encode("utf-16-le")) // 2


class Server:
    def __init__(self):
        self.documents = {}
        self.plain_hover = False
        self.pull = False
        self.initialized = self.stopped = False

    # Messages

    def read(self):
        length = None
        while line := sys.stdin.buffer.readline().strip():
            key, value = line.split(b":", 1)
            if key.lower() == b"content-length":
                length = int(value)
        if length is None:
            return None
        message = json.loads(sys.stdin.buffer.read(length))
        self.log("in", message)
        return message

    def write(self, **message):
        message["jsonrpc"] = "2.0"
        self.log("out", message)
        body = json.dumps(message).encode()
        sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        sys.stdout.buffer.flush()

    def log(self, way, message):
        if LOG:
            with open(LOG, "a") as file:
                file.write(json.dumps({"way": way, "message": message}) + "\n")

    def run(self):
        while (message := self.read()) is not None:
            if "method" not in message:
                continue
            method, params = message["method"], message.get("params") or {}
            if method == "exit":
                return 0 if self.stopped else 1
            handler = getattr(self, "on_" + method.replace("/", "_"), None)
            if "id" not in message:
                if handler:
                    handler(params)
            elif not self.initialized and method != "initialize":
                self.write(id=message["id"], error={"code": -32002, "message": "not initialized"})
            elif self.stopped:
                self.write(id=message["id"], error={"code": -32600, "message": "shut down"})
            elif handler is None:
                self.write(id=message["id"], error={"code": -32601, "message": f"no method {method}"})
            else:
                self.write(id=message["id"], result=handler(params))
        while "stay" in BROKEN:
            pass
        return 1

    # Life

    def on_initialize(self, params):
        self.initialized = True
        text = params["capabilities"].get("textDocument", {})
        formats = text.get("hover", {}).get("contentFormat", ["plaintext"])
        self.plain_hover = "markdown" not in formats and "markdown" not in BROKEN
        self.pull = PULL and "diagnostic" in text
        capabilities = {
            "textDocumentSync": {"openClose": True, "change": 2, "save": True},
            "codeActionProvider": {"codeActionKinds": ["quickfix"]},
            "hoverProvider": True,
        }
        if self.pull:
            capabilities["diagnosticProvider"] = {"interFileDependencies": True, "workspaceDiagnostics": False}
        return {"capabilities": capabilities, "serverInfo": {"name": "nixpod-lint", "version": "0.0.0-fake"}}

    def on_shutdown(self, _params):
        self.stopped = True

    # Documents

    def on_textDocument_didOpen(self, params):
        self.documents[params["textDocument"]["uri"]] = Document(params["textDocument"]["text"])
        self.publish(params["textDocument"])

    def on_textDocument_didChange(self, params):
        if "deaf" not in BROKEN:
            for change in params["contentChanges"]:
                self.documents[params["textDocument"]["uri"]].change(change)
        self.publish(params["textDocument"])

    def on_textDocument_didClose(self, params):
        if "keep" not in BROKEN:
            self.documents.pop(params["textDocument"]["uri"], None)
            self.publish(params["textDocument"])

    def publish(self, document):
        if not self.pull or "twice" in BROKEN:
            params = {"uri": document["uri"], "diagnostics": self.diagnostics(document["uri"])}
            if "version" in document:
                params["version"] = document["version"]
            self.write(method="textDocument/publishDiagnostics", params=params)

    def findings(self, uri):
        document = self.documents.get(uri)
        for match in BINDING.finditer(document.text) if document else ():
            yield document.span(*match.span(1)), document.span(*match.span())

    def diagnostics(self, uri):
        return [
            {
                "range": place,
                "severity": "error" if "schema" in BROKEN else 1,
                "code": "other-rule" if "wrong-code" in BROKEN else RULE,
                "codeDescription": {"href": f"https://example.invalid/rules/{RULE}"},
                "source": "nixpod-lint",
                "message": MESSAGE,
            }
            for place, _ in self.findings(uri)
        ]

    # Questions

    def on_textDocument_diagnostic(self, params):
        return {"kind": "full", "items": self.diagnostics(params["textDocument"]["uri"])}

    def on_textDocument_codeAction(self, params):
        uri = params["textDocument"]["uri"]
        if "no-fix" in BROKEN:
            return []
        new = " privileged = true ;" if "bad-fix" in BROKEN else ""
        return [
            {
                "title": "run it unprivileged",
                "kind": "quickfix",
                "isPreferred": True,
                "diagnostics": [diagnostic],
                "edit": {"changes": {uri: [{"range": binding, "newText": new}]}},
            }
            for diagnostic, (place, binding) in zip(self.diagnostics(uri), self.findings(uri))
            if overlap(place, params["range"])
        ]

    def on_textDocument_hover(self, params):
        at = {"start": params["position"], "end": params["position"]}
        for place, _ in self.findings(params["textDocument"]["uri"]):
            if overlap(place, at) and "no-hover" not in BROKEN:
                kind, title = ("plaintext", RULE) if self.plain_hover else ("markdown", f"## {RULE}")
                text = f"{title}\n\nRoot inside the container is then root on the host."
                return {"contents": {"kind": kind, "value": text}, "range": place}
        return None


def overlap(a, b):
    def key(position):
        return position["line"], position["character"]

    return key(a["start"]) <= key(b["end"]) and key(b["start"]) <= key(a["end"])


def check(paths):
    found = 0
    for top in map(pathlib.Path, paths or ["."]):
        for file in sorted(top.rglob("*.nix")) if top.is_dir() else [top]:
            for number, line in enumerate(file.read_text().splitlines(), 1):
                for match in BINDING.finditer(line):
                    found += 1
                    print(f"{file}:{number}:{match.start(1) + 1}: error[{RULE}] {MESSAGE}")
    return 1 if found else 0


if __name__ == "__main__":
    command, *rest = sys.argv[1:] or ["check"]
    if command not in ("lsp", "check"):
        sys.exit(2)
    sys.exit(Server().run() if command == "lsp" else check(rest))
