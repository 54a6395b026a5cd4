import * as os from "node:os";
import * as vscode from "vscode";
import { locate } from "./locate";
import { Queue } from "./queue";
import { Server } from "./server";

/** Every start and stop goes through here, so that two of them never overlap. */
const queue = new Queue();
let waiting: Promise<void> | undefined;
let server: Server | undefined;
let output: vscode.LogOutputChannel;
let watchers: vscode.FileSystemWatcher[];

/** Units of Podman and their drop-ins, scripts, and containers for development. The server leaves alone what is something else. */
const TEXTS = ["**/*.{artifact,build,container,image,kube,network,pod,volume}", "**/*.d/*.conf", "**/*.{sh,bash}", "**/{devcontainer,.devcontainer}.json"];

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  output = vscode.window.createOutputChannel("nixpod-lint", { log: true });
  watchers = ["**/*.nix", ...TEXTS].map((pattern) => vscode.workspace.createFileSystemWatcher(pattern));
  const restart = (): Promise<void> => {
    // A restart that has not begun yet serves for all that are asked for in the meantime.
    waiting ??= queue.add(async () => {
      waiting = undefined;
      await stop();
      await start(context.extensionPath);
    });
    return waiting;
  };
  context.subscriptions.push(
    output,
    ...watchers,
    vscode.commands.registerCommand("nixpod-lint.restart", restart),
    vscode.commands.registerCommand("nixpod-lint.showOutput", () => output.show()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("nixpod-lint.server") || change.affectsConfiguration("nixpod-lint.enable")) void restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
  );
  await restart();
}

export function deactivate(): Promise<void> {
  return queue.add(stop);
}

async function start(extension: string): Promise<void> {
  const settings = vscode.workspace.getConfiguration("nixpod-lint");
  if (!settings.get<boolean>("enable", true)) {
    output.info("switched off by the setting nixpod-lint.enable");
    return;
  }
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const located = locate({
    setting: settings.get<string>("server.path", ""),
    extension,
    workspace,
    home: os.homedir(),
    path: process.env["PATH"] ?? "",
    windows: process.platform === "win32",
  });
  if (!located.found) {
    complain(`nixpod-lint is not running. ${located.why} Install it, or set nixpod-lint.server.path.`);
    return;
  }
  const args = ["lsp", ...settings.get<string[]>("server.args", [])];
  output.info(`starting ${[located.command, ...args].join(" ")} (found by: ${located.by})`);
  server = new Server(located.command, args, workspace, {
    documentSelector: [{ language: "nix", scheme: "file" }, ...TEXTS.map((pattern) => ({ pattern, scheme: "file" }))],
    initializationOptions: forServer(settings),
    outputChannel: output,
    traceOutputChannel: output,
    synchronize: { configurationSection: "nixpod-lint", fileEvents: watchers },
  });
  try {
    await server.start();
  } catch (error) {
    complain(`nixpod-lint did not start: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function stop(): Promise<void> {
  const old = server;
  server = undefined;
  try {
    await old?.stop();
  } catch (error) {
    output.warn(`the server did not stop in order: ${String(error)}`);
  }
}

/** All of our settings but those that this extension reads itself. */
function forServer(settings: vscode.WorkspaceConfiguration): Record<string, unknown> {
  const { enable: _enable, server: _server, trace: _trace, ...rest } = JSON.parse(JSON.stringify(settings)) as Record<string, unknown>;
  return rest;
}

/** Not awaited by callers: a message stays open until someone answers it, and starting must not wait for that. */
function complain(message: string): void {
  output.error(message);
  void vscode.window.showErrorMessage(message, "Open Settings", "Show Output").then((choice) => {
    if (choice === "Open Settings") void vscode.commands.executeCommand("workbench.action.openSettings", "nixpod-lint.server.path");
    if (choice === "Show Output") output.show();
  });
}
