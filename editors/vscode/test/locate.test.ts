import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";
import { type Where, locate } from "../src/locate";

const top = fs.mkdtempSync(path.join(os.tmpdir(), "nixpod-lint-locate-"));
after(() => fs.rmSync(top, { recursive: true }));

function program(...parts: string[]): string {
  const file = path.join(top, ...parts);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, "#!/bin/sh\n", { mode: 0o755 });
  return file;
}

const bundled = program("extension", "bundled", "bin", "nixpod-lint");
const installed = program("bin", "nixpod-lint");
const other = program("bin", "other-lint");
const inWorkspace = program("ws", "result", "bin", "nixpod-lint");
const inHome = program("home", "bin", "nixpod-lint");
fs.writeFileSync(path.join(top, "plain"), "", { mode: 0o644 });

const where = (change: Partial<Where>): Where => ({
  setting: "",
  extension: path.join(top, "no-extension"),
  workspace: path.join(top, "ws"),
  home: path.join(top, "home"),
  path: path.join(top, "bin"),
  windows: false,
  ...change,
});

test("the bundled program goes before PATH", () => {
  const extension = path.join(top, "extension");
  assert.deepEqual(locate(where({ extension })), { found: true, command: bundled, by: "bundled" });
  assert.deepEqual(locate(where({})), { found: true, command: installed, by: "PATH" });
});

test("the setting goes before both, in each of its forms", () => {
  const extension = path.join(top, "extension");
  const cases: [string, string][] = [
    [installed, installed],
    ["other-lint", other],
    ["./result/bin/nixpod-lint", inWorkspace],
    ["${workspaceFolder}/result/bin/nixpod-lint", inWorkspace],
    ["~/bin/nixpod-lint", inHome],
    [`  ${installed}  `, installed],
  ];
  for (const [setting, command] of cases) {
    assert.deepEqual(locate(where({ extension, setting })), { found: true, command, by: "setting" }, setting);
  }
});

test("a setting that leads nowhere is not replaced by another program", () => {
  const extension = path.join(top, "extension");
  for (const setting of ["/nowhere/nixpod-lint", "no-such-lint", path.join(top, "plain"), path.join(top, "bin")]) {
    const located = locate(where({ extension, setting }));
    assert.equal(located.found, false, setting);
    assert.match((located as { why: string }).why, /nixpod-lint\.server\.path/);
  }
  assert.equal(locate(where({ setting: "./result/bin/nixpod-lint", workspace: undefined })).found, false);
});

test("relative entries of PATH are not searched", () => {
  const back = process.cwd();
  process.chdir(path.join(top, "bin"));
  try {
    assert.equal(locate(where({ path: [".", "", "../bin"].join(path.delimiter) })).found, false);
  } finally {
    process.chdir(back);
  }
});
