"""What the server says on the wire, to each of the clients in clients/. Run by protocol.sh.

Each file in clients/ is what a real editor declared as its capabilities in `initialize`. pytest-lsp checks the messages
against the schema of the protocol; what a client can make use of is checked here.
"""
import asyncio
import functools
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

import pytest
import pytest_lsp
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException
from pygls.protocol import default_converter
from pytest_lsp import ClientServerConfig, LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

HERE = pathlib.Path(__file__).parent
COMMAND = [os.environ["NIXPOD_LINT"], "lsp"]
RULE, MESSAGE, HOVER, FIX_TITLE, GONE = (os.environ[k] for k in ("RULE", "MESSAGE", "HOVER", "FIX_TITLE", "GONE"))
SAMPLE = (HERE / "samples/bad/web.nix").read_text()
CLEAN = (HERE / "samples/good/web.nix").read_text()
LIMIT = float(os.environ.get("LIMIT_MS", "20000")) / 1000  # a right answer ends the wait
QUIET = 0.3  # for "and nothing more comes", where versions do not tell


class Text:
    """A text with the positions of the protocol: lines, and units of the agreed encoding within them."""

    # Their encodings, and how many bytes a unit has in each.
    UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}

    def __init__(self, text: str, units: str):
        self.text, self.units = text, units
        self.encoding, self.size = self.UNITS[units]

    def offset(self, position: t.Position) -> int:
        lines = self.text.splitlines(keepends=True)
        before = "".join(lines[: position.line])
        line = lines[position.line] if position.line < len(lines) else ""
        start = line.encode(self.encoding)[: position.character * self.size]
        return len(before) + len(start.decode(self.encoding))

    def position(self, offset: int) -> t.Position:
        lines = (self.text[:offset] + "|").splitlines()
        return t.Position(line=len(lines) - 1, character=len(lines[-1][:-1].encode(self.encoding)) // self.size)

    def range_of(self, part: str) -> t.Range:
        start = self.text.index(part)
        return t.Range(start=self.position(start), end=self.position(start + len(part)))

    def inside(self, place: t.Range) -> str:
        return self.text[self.offset(place.start) : self.offset(place.end)]

    def edited(self, edits: list[t.TextEdit]) -> str:
        text = self.text
        for edit in sorted(edits, key=lambda e: self.offset(e.range.start), reverse=True):
            text = text[: self.offset(edit.range.start)] + edit.new_text + text[self.offset(edit.range.end) :]
        return text


class Editor:
    """An editor with a running server: opens and changes texts, and knows the diagnostics that it was given."""

    def __init__(self, client: LanguageClient, root: pathlib.Path):
        self.client, self.root = client, root
        self.published: list[t.PublishDiagnosticsParams] = []
        self.registered: list[str] = []
        self.texts: dict[str, Text] = {}
        self.versions: dict[str, int] = {}

    @property
    def able(self) -> t.TextDocumentClientCapabilities:
        return self.client.capabilities.text_document

    @property
    def pulls(self) -> bool:
        offered = self.server.diagnostic_provider is not None or t.TEXT_DOCUMENT_DIAGNOSTIC in self.registered
        return offered and self.able.diagnostic is not None

    async def begin(self, capabilities: t.ClientCapabilities, with_root: bool = True):
        root = self.root.as_uri() if with_root else None
        folders = [t.WorkspaceFolder(uri=root, name="project")] if with_root else None
        result = await self.client.initialize_session(
            t.InitializeParams(capabilities=capabilities, root_uri=root, workspace_folders=folders)
        )
        self.server, self.info = result.capabilities, result.server_info
        self.units = self.server.position_encoding or "utf-16"

    def open(self, name: str, text: str) -> str:
        uri = (self.root / name).as_uri()
        self.texts[uri], self.versions[uri] = Text(text, self.units), 1
        self.client.text_document_did_open(
            t.DidOpenTextDocumentParams(t.TextDocumentItem(uri=uri, language_id="nix", version=1, text=text))
        )
        return uri

    def replace(self, uri: str, old: str, new: str):
        """Changes one part of a text, and tells the server only that."""
        text = self.texts[uri]
        change = t.TextDocumentContentChangePartial(range=text.range_of(old), text=new)
        self.texts[uri] = Text(text.text.replace(old, new, 1), self.units)
        self.versions[uri] += 1
        self.client.text_document_did_change(
            t.DidChangeTextDocumentParams(
                text_document=t.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri]),
                content_changes=[change],
            )
        )

    def close(self, uri: str):
        self.client.text_document_did_close(t.DidCloseTextDocumentParams(t.TextDocumentIdentifier(uri=uri)))

    def pushed(self, uri: str) -> t.PublishDiagnosticsParams | None:
        return next((p for p in reversed(self.published) if p.uri == uri), None)

    async def diagnostics(self, uri: str) -> list[t.Diagnostic]:
        """All diagnostics for the newest version of an open text, as this client gets them."""
        if self.pulls:
            report = await self.client.text_document_diagnostic_async(
                t.DocumentDiagnosticParams(text_document=t.TextDocumentIdentifier(uri=uri))
            )
            pushed = self.pushed(uri)
            assert not (pushed and pushed.diagnostics), "pulled diagnostics are pushed, too"
            return list(report.items)
        version = self.versions[uri]
        # A server may leave the version out for a client that does not ask for it.
        await until(lambda: (p := self.pushed(uri)) is not None and p.version in (None, version))
        if self.pushed(uri).version is None:
            await asyncio.sleep(QUIET)
        return list(self.pushed(uri).diagnostics)

    async def findings(self, uri: str) -> list[t.Diagnostic]:
        return [d for d in await self.diagnostics(uri) if d.code == RULE]

    async def actions(self, uri: str, diagnostic: t.Diagnostic) -> list[t.CodeAction]:
        found = await self.client.text_document_code_action_async(
            t.CodeActionParams(
                text_document=t.TextDocumentIdentifier(uri=uri),
                range=diagnostic.range,
                context=t.CodeActionContext(diagnostics=[diagnostic]),
            )
        )
        return list(found or [])

    async def fixed(self, uri: str, diagnostic: t.Diagnostic) -> str:
        actions = [a for a in await self.actions(uri, diagnostic) if a.title.lower().startswith(FIX_TITLE.lower())]
        assert len(actions) == 1, actions
        action = actions[0]
        assert action.kind == t.CodeActionKind.QuickFix
        if action.edit is None:
            resolve = self.able.code_action.resolve_support
            assert resolve and "edit" in resolve.properties, "the client cannot ask for the edit later"
            action = await self.client.code_action_resolve_async(action)
        return self.texts[uri].edited(self.edits(action.edit, uri))

    def edits(self, edit: t.WorkspaceEdit, uri: str) -> list[t.TextEdit]:
        able = self.client.capabilities.workspace.workspace_edit
        if edit.document_changes is not None:
            assert able and able.document_changes, "the client does not know documentChanges"
            assert [c.text_document.uri for c in edit.document_changes] == [uri]
            assert edit.document_changes[0].text_document.version in (None, self.versions[uri])
            return edit.document_changes[0].edits
        assert list(edit.changes) == [uri]
        return edit.changes[uri]

    async def hover(self, uri: str, position: t.Position) -> t.Hover | None:
        return await self.client.text_document_hover_async(
            t.HoverParams(text_document=t.TextDocumentIdentifier(uri=uri), position=position)
        )


async def until(condition):
    end = asyncio.get_running_loop().time() + LIMIT
    while not condition():
        assert asyncio.get_running_loop().time() < end, "waited in vain"
        await asyncio.sleep(0.01)


converter = functools.cache(default_converter)  # a second's work, if each test makes its own


def capabilities(file: str) -> t.ClientCapabilities:
    return converter().structure(json.loads((HERE / "clients" / file).read_text()), t.ClientCapabilities)


def make_client() -> LanguageClient:
    client = LanguageClient(converter_factory=converter)
    usual = {k: v for k, v in DEFAULT_CLIENT_FEATURES.items() if k != t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS}
    register_lsp_features(client, usual)

    # pytest-lsp's own client keeps no versions of diagnostics, and answers neither of the requests.
    @client.feature(t.CLIENT_REGISTER_CAPABILITY)
    def register(params: t.RegistrationParams):
        client.editor.registered += [r.method for r in params.registrations]

    @client.feature(t.CLIENT_UNREGISTER_CAPABILITY)
    def unregister(params: t.UnregistrationParams):
        for r in params.unregisterations:
            client.editor.registered.remove(r.method)

    @client.feature(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def publish(params: t.PublishDiagnosticsParams):
        client.editor.published.append(params)

    @client.feature(t.WORKSPACE_CODE_LENS_REFRESH)
    def refresh(*_):
        pass

    return client


CONFIG = ClientServerConfig(server_command=COMMAND, client_factory=make_client)


@pytest_lsp.fixture(params=sorted(p.name for p in (HERE / "clients").glob("*.json")), config=CONFIG)
async def editor(request, lsp_client: LanguageClient, tmp_path_factory):
    lsp_client.editor = Editor(lsp_client, tmp_path_factory.mktemp("project"))
    await lsp_client.editor.begin(capabilities(request.param))
    yield
    await lsp_client.shutdown_session()
    assert lsp_client._server.returncode == 0


@pytest_lsp.fixture(config=CONFIG)
async def rootless(request, lsp_client: LanguageClient, tmp_path_factory):
    lsp_client.editor = Editor(lsp_client, tmp_path_factory.mktemp("project"))
    await lsp_client.editor.begin(capabilities("neovim-0.11.json"), with_root=False)
    yield
    await lsp_client.shutdown_session()


# The first answer


async def test_server_introduces_itself(editor: LanguageClient):
    assert editor.editor.info.name == "nixpod-lint"
    assert editor.editor.info.version


async def test_position_encoding_is_one_of_the_clients(editor: LanguageClient):
    general = editor.capabilities.general
    offered = general.position_encodings if general and general.position_encodings else ["utf-16"]
    assert editor.editor.units in offered


async def test_sync_is_incremental(editor: LanguageClient):
    sync = editor.editor.server.text_document_sync
    assert isinstance(sync, t.TextDocumentSyncOptions)
    assert sync.open_close and sync.change == t.TextDocumentSyncKind.Incremental


async def test_leaves_to_nix_servers_what_is_theirs(editor: LanguageClient):
    server = editor.editor.server
    assert not server.document_formatting_provider
    assert not server.rename_provider
    assert not server.semantic_tokens_provider


# Diagnostics


async def test_one_finding_as_the_client_can_use_it(editor: LanguageClient):
    uri = editor.editor.open("web.nix", SAMPLE)
    (finding,) = await editor.editor.findings(uri)
    assert finding.source == "nixpod-lint"
    assert finding.severity is not None
    assert MESSAGE in finding.message.splitlines()[0]
    assert finding.range.start.line == finding.range.end.line
    assert editor.editor.texts[uri].inside(finding.range).strip() in GONE + ";"
    able = editor.editor.able.publish_diagnostics
    # Only the clients that pull say nothing of the rest in publishDiagnostics.
    if not editor.editor.pulls:
        if not (able and able.related_information):
            assert not finding.related_information
        if not (able and able.tag_support):
            assert not finding.tags


async def test_clean_text_has_no_finding(editor: LanguageClient):
    uri = editor.editor.open("web.nix", CLEAN)
    assert await editor.editor.findings(uri) == []


async def test_half_typed_text_keeps_the_server_alive(editor: LanguageClient):
    for end in range(0, len(SAMPLE), 7):
        uri = editor.editor.open(f"half-{end}.nix", SAMPLE[:end])
        await editor.editor.diagnostics(uri) if end % 3 == 0 else None
        await editor.editor.hover(uri, t.Position(line=0, character=0))
    uri = editor.editor.open("web.nix", SAMPLE)
    assert len(await editor.editor.findings(uri)) == 1


EDITS = {
    "a line above": ("{ config, ... }:", "# 𝔸\n{ config, ... }:"),
    "astral before it": ("    privileged", "    /* 𝔸 ü */ privileged"),
    "astral elsewhere": ("nginx:1.27", "nginx:1.27𝔸"),
}


@pytest.mark.parametrize("old,new", EDITS.values(), ids=EDITS)
async def test_an_edit_moves_the_finding(editor: LanguageClient, old: str, new: str):
    me = editor.editor
    uri = me.open("web.nix", SAMPLE)
    (first,) = await me.findings(uri)
    words = me.texts[uri].inside(first.range)
    me.replace(uri, old, new)
    (moved,) = await me.findings(uri)
    assert me.texts[uri].inside(moved.range) == words
    me.replace(uri, new, old)
    (back,) = await me.findings(uri)
    assert back.range == first.range


async def test_crlf(editor: LanguageClient):
    me = editor.editor
    uri = me.open("web.nix", SAMPLE.replace("\n", "\r\n"))
    (first,) = await me.findings(uri)
    words = me.texts[uri].inside(first.range)
    me.replace(uri, "{ config, ... }:\r\n", "# 𝔸\r\n{ config, ... }:\r\n")
    (moved,) = await me.findings(uri)
    assert moved.range.start.line == first.range.start.line + 1
    assert me.texts[uri].inside(moved.range) == words


async def test_findings_follow_edits_of_an_unsaved_text(editor: LanguageClient):
    me = editor.editor
    uri = me.open("web.nix", CLEAN)
    assert await me.findings(uri) == []
    me.replace(uri, "image =", "privileged = true;\n    image =")
    assert len(await me.findings(uri)) == 1
    me.replace(uri, "privileged = true;", "privileged = false;")
    assert await me.findings(uri) == []
    assert not (me.root / "web.nix").exists()


async def test_many_small_edits_end_where_one_open_does(editor: LanguageClient):
    me = editor.editor
    uri = me.open("typed.nix", CLEAN.replace("image =", "@ image ="))
    for char in "privileged = true; /* 𝔸 ü */":
        me.replace(uri, "@", char + "@")
    me.replace(uri, "@", "")
    typed = await me.diagnostics(uri)
    fresh = await me.diagnostics(me.open("fresh.nix", me.texts[uri].text))
    assert [(d.code, d.range) for d in typed] == [(d.code, d.range) for d in fresh]
    assert len([d for d in typed if d.code == RULE]) == 1
    versions = [p.version for p in me.published if p.uri == uri and p.version is not None]
    assert versions == sorted(versions), "an older version was published after a newer one"


async def test_closing_takes_pushed_diagnostics_back(editor: LanguageClient):
    me = editor.editor
    uri = me.open("web.nix", SAMPLE)
    assert len(await me.findings(uri)) == 1
    me.close(uri)
    await me.hover(me.open("other.nix", CLEAN), t.Position(line=0, character=0))
    await until(lambda: not (p := me.pushed(uri)) or not p.diagnostics)


# Questions about a finding


async def test_quick_fix(editor: LanguageClient):
    me = editor.editor
    uri = me.open("web.nix", SAMPLE)
    (finding,) = await me.findings(uri)
    text = await me.fixed(uri, finding)
    assert GONE in SAMPLE and GONE not in text
    assert await me.findings(me.open("fixed.nix", text)) == []


async def test_quick_fix_without_the_diagnostics_data(editor: LanguageClient):
    """Some clients do not give it back."""
    me = editor.editor
    uri = me.open("web.nix", SAMPLE)
    (finding,) = await me.findings(uri)
    finding.data = None
    assert GONE not in await me.fixed(uri, finding)


async def test_no_quick_fix_elsewhere(editor: LanguageClient):
    me = editor.editor
    uri = me.open("web.nix", SAMPLE)
    (finding,) = await me.findings(uri)
    finding.range = t.Range(start=t.Position(line=0, character=0), end=t.Position(line=0, character=0))
    assert [a for a in await me.actions(uri, finding) if a.title.lower().startswith(FIX_TITLE.lower())] == []


async def test_hover(editor: LanguageClient):
    me = editor.editor
    uri = me.open("web.nix", SAMPLE)
    (finding,) = await me.findings(uri)
    hover = await me.hover(uri, finding.range.start)
    assert isinstance(hover.contents, t.MarkupContent)
    assert HOVER in hover.contents.value
    assert hover.contents.kind in (me.able.hover.content_format or ["plaintext"])


async def test_hover_off_the_findings_is_nothing(editor: LanguageClient):
    uri = editor.editor.open("web.nix", SAMPLE)
    assert await editor.editor.hover(uri, t.Position(line=0, character=0)) is None


# Views


async def test_view_outline(editor: LanguageClient):
    me = editor.editor
    uri = me.open("web.nix", SAMPLE)
    found = await editor.text_document_document_symbol_async(
        t.DocumentSymbolParams(text_document=t.TextDocumentIdentifier(uri=uri))
    )
    (symbol,) = found
    assert symbol.name == "web"
    able = me.able.document_symbol
    if able and able.hierarchical_document_symbol_support:
        assert me.texts[uri].inside(symbol.selection_range) == "web"
        assert "privileged" in me.texts[uri].inside(symbol.range)
    else:
        assert me.texts[uri].inside(symbol.location.range) == "web"


async def test_view_search_for_containers_of_closed_files(editor: LanguageClient):
    me = editor.editor
    (me.root / "flake.nix").write_text("{ outputs = _: { }; }")
    (me.root / "other.nix").write_text(SAMPLE.replace("web", "hidden"))
    me.open("web.nix", SAMPLE)
    found = await editor.workspace_symbol_async(t.WorkspaceSymbolParams(query="hidd"))
    assert [symbol.name for symbol in found] == ["hidden"]
    assert found[0].location.uri == (me.root / "other.nix").as_uri()


async def test_view_lens_above_a_container(editor: LanguageClient):
    me = editor.editor
    uri = me.open("web.nix", SAMPLE)
    params = t.CodeLensParams(text_document=t.TextDocumentIdentifier(uri=uri))
    (lens,) = await editor.text_document_code_lens_async(params)
    assert lens.command.title.startswith("privileged")
    assert "1 finding" in lens.command.title
    assert lens.command.command == "", "no client has said that it can show a spec"
    assert lens.range.start.line == me.texts[uri].range_of("web").start.line


async def complete(editor: LanguageClient, uri: str, part: str) -> list[t.CompletionItem]:
    """What may be written at the end of a part of the text."""
    params = t.CompletionParams(
        text_document=t.TextDocumentIdentifier(uri=uri), position=editor.editor.texts[uri].range_of(part).end
    )
    found = await editor.text_document_completion_async(params)
    return found if isinstance(found, list) else list(found.items if found else [])


@pytest.mark.parametrize(
    "text,label,inserted",
    {
        "an option": ("{ /* 𝔸 */ containers.web.priv", "privateUsers", "privateUsers"),
        "an option in a set": ("{ containers.web = { 𝔸 = 1; priv", "privateNetwork", "privateNetwork"),
        "a value": ('{ containers.web.privateUsers = "p', "pick", "pick"),
        "a flag": ('{ virtualisation.oci-containers.containers.web.extraOptions = [ "--pri', "--privileged", "--privileged"),
        "a capability": ('{ containers.web.additionalCapabilities = [ "CAP_NET', "CAP_NET_RAW", "CAP_NET_RAW"),
        "a rule": ("{ # nixpod: ignore[priv", RULE, RULE),
    }.values(),
)
async def test_view_completion(editor: LanguageClient, text: str, label: str, inserted: str):
    me = editor.editor
    uri = me.open("web.nix", text)
    (item,) = [item for item in await complete(editor, uri, text) if item.label == label]
    done = me.texts[uri].edited([item.text_edit])
    assert done.endswith(inserted) and done[: done.rindex(inserted)] == text[: len(done) - len(inserted)]
    if item.data is not None:
        resolved = await editor.completion_item_resolve_async(item)
        able = me.able.completion.completion_item
        formats = able.documentation_format if able else None
        if formats:
            assert resolved.documentation.kind in formats
        else:
            assert isinstance(resolved.documentation, str)


async def test_view_completion_is_silent_elsewhere(editor: LanguageClient):
    me = editor.editor
    uri = me.open("web.nix", "{ services.nginx.enable = con")
    assert await complete(editor, uri, "con") == []
    uri = me.open("other.nix", "{ services.ngi")
    assert await complete(editor, uri, "ngi") == []


async def test_view_from_an_option_to_the_definition_that_counts(editor: LanguageClient):
    me = editor.editor
    other = me.open("b.nix", "{ lib, ... }: { containers.web.privateNetwork = lib.mkForce true; }")
    uri = me.open("web.nix", "{ imports = [ ./b.nix ]; containers.web.privateNetwork = false; }")
    params = t.DefinitionParams(
        text_document=t.TextDocumentIdentifier(uri=uri),
        position=me.texts[uri].range_of("privateNetwork").start,
    )
    (found,) = await editor.text_document_definition_async(params)
    able = me.able.definition
    if isinstance(found, t.LocationLink):
        assert able and able.link_support
        where, place = found.target_uri, found.target_selection_range
    else:
        where, place = found.uri, found.range
    assert where == other and me.texts[other].inside(place) == "privateNetwork"
    links = await editor.text_document_document_link_async(
        t.DocumentLinkParams(text_document=t.TextDocumentIdentifier(uri=uri))
    )
    assert [(me.texts[uri].inside(link.range), link.target) for link in links] == [("./b.nix", other)]


# Odd clients


async def test_no_root(rootless: LanguageClient):
    uri = rootless.editor.open("web.nix", SAMPLE)
    assert len(await rootless.editor.findings(uri)) == 1


async def test_settings_of_the_extension_do_no_harm(editor: LanguageClient):
    """The VS Code extension sends its whole section, with what is not for the server."""
    section = {"enable": True, "server": {"path": "", "args": []}, "trace": {"server": "off"}}
    for settings in ({"nixpod-lint": section}, {"nixpod-lint": {}}, {}, None):
        editor.workspace_did_change_configuration(t.DidChangeConfigurationParams(settings=settings))
    uri = editor.editor.open("web.nix", SAMPLE)
    assert len(await editor.editor.findings(uri)) == 1
    assert editor.messages == []


async def test_unknown_messages(editor: LanguageClient):
    editor.protocol.notify("$/nobodyKnowsThis", {})
    editor.protocol.notify("nixpod-lint/nobodyKnowsThis", {})
    with pytest.raises(JsonRpcException) as refused:
        await editor.protocol.send_request_async("nixpod-lint/nobodyKnowsThis", {})
    assert refused.value.code == -32601
    uri = editor.editor.open("web.nix", SAMPLE)
    assert len(await editor.editor.findings(uri)) == 1


async def test_text_that_was_never_opened(editor: LanguageClient):
    uri = (editor.editor.root / "nowhere.nix").as_uri()
    try:
        assert await editor.editor.hover(uri, t.Position(line=3, character=3)) is None
    except JsonRpcException:
        pass  # an error is an answer, too
    assert await editor.editor.findings(editor.editor.open("web.nix", CLEAN)) == []


# The life of the process, without a client library in between


class Wire:
    def __init__(self):
        self.process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, method: str, number: int | None = None, params=None):
        message = {"jsonrpc": "2.0", "method": method}
        if number is not None:
            message["id"] = number
        if params is not None:
            message["params"] = params
        self.send_body(json.dumps(message).encode())

    def send_body(self, body: bytes, length: int | None = None):
        length = len(body) if length is None else length
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (length, body))
        self.process.stdin.flush()

    def answer(self, number: int | None):
        while True:
            length = 0
            while line := self.process.stdout.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            assert length, "the server ended"
            message = json.loads(self.process.stdout.read(length))
            if message.get("id") == number and "method" not in message:
                return message

    def initialize(self, client: int | None = None):
        self.send("initialize", 1, {"processId": client, "rootUri": None, "capabilities": {}})
        assert "result" in self.answer(1)
        self.send("initialized", params={})

    def exit_code(self) -> int:
        code = self.process.wait(LIMIT + 1)
        assert code >= 0, "it had to be killed"
        return code


@pytest.fixture
def wire():
    wire = Wire()
    hung = threading.Timer(LIMIT, wire.process.kill)
    hung.start()
    yield wire
    hung.cancel()
    wire.process.kill()
    wire.process.wait()
    wire.process.stdin.close()
    wire.process.stdout.close()


def test_nothing_goes_before_initialize(wire: Wire):
    wire.send("textDocument/hover", 7, {"textDocument": {"uri": "file:///a.nix"}, "position": {"line": 0, "character": 0}})
    assert wire.answer(7)["error"]["code"] == -32002
    wire.initialize()


def test_nothing_goes_after_shutdown(wire: Wire):
    wire.initialize()
    wire.send("shutdown", 2)
    assert wire.answer(2).get("result", "missing") is None
    wire.send("textDocument/hover", 3, {"textDocument": {"uri": "file:///a.nix"}, "position": {"line": 0, "character": 0}})
    assert wire.answer(3)["error"]["code"] == -32600


def test_exit_after_shutdown_is_success(wire: Wire):
    wire.initialize()
    wire.send("shutdown", 2)
    wire.answer(2)
    wire.send("exit")
    assert wire.exit_code() == 0


def test_exit_without_shutdown_is_failure(wire: Wire):
    wire.initialize()
    wire.send("exit")
    assert wire.exit_code() == 1


def test_ends_when_its_input_does(wire: Wire):
    """The editor may have died."""
    wire.initialize()
    wire.process.stdin.close()
    wire.exit_code()


# Takes as long as the server's bounds allow, and more than LIMIT without them.
ENDLESS = """let f = n: if n < 2 then n else f (n - 1) + f (n - 2); in
{ virtualisation.oci-containers.containers.web = { image = "a"; extraOptions = if f 60 > 3 then [ "--privileged" ] else [ ]; }; }
"""


def begin_hover(wire: Wire, tmp_path: pathlib.Path):
    uri = (tmp_path / "web.nix").as_uri()
    document = {"uri": uri, "languageId": "nix", "version": 1, "text": ENDLESS}
    wire.send("textDocument/didOpen", params={"textDocument": document})
    wire.send("textDocument/hover", 7, {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 60}})


def test_input_that_ends_while_a_request_is_pending(wire: Wire, tmp_path: pathlib.Path):
    wire.initialize()
    begin_hover(wire, tmp_path)
    time.sleep(0.1)  # so that the request is being answered
    start = time.monotonic()
    wire.process.stdin.close()
    wire.exit_code()
    assert time.monotonic() - start < 1


def test_a_pending_request_is_cancelled(wire: Wire, tmp_path: pathlib.Path):
    wire.initialize()
    begin_hover(wire, tmp_path)
    # At once: a quick machine has the answer after a tenth of a second.
    wire.send("$/cancelRequest", params={"id": 7})
    assert wire.answer(7)["error"]["code"] == -32800


def test_a_client_that_is_gone(wire: Wire):
    """Its input may be open in somebody else's hands."""
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as client:
        wire.initialize(client.pid)
    wire.exit_code()


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"\xff", b'{"id": 2, "x": ' + b"[" * 999 + b"]" * 999 + b"}", b'"\\ud800"'],
    ids=["half", "batch", "encoding", "nesting", "surrogate"],
)
def test_messages_that_are_none(wire: Wire, body: bytes):
    wire.initialize()
    wire.send_body(body)
    assert wire.answer(None)["error"]["code"] in (-32700, -32600)
    wire.send("shutdown", 3)
    assert wire.answer(3).get("result", "missing") is None


@pytest.mark.parametrize("length", [0, -1, 10**8, 10**30])
def test_lengths_that_are_wrong(wire: Wire, length: int):
    wire.initialize()
    wire.send_body(b"", length)
    wire.send("shutdown", 3)
    assert wire.answer(3).get("result", "missing") is None
