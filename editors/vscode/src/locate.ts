/** Finds the server program. Knows the file system and nothing of VS Code. */
import * as fs from "node:fs";
import * as path from "node:path";

export interface Where {
  /** The value of `nixpod-lint.server.path`. */
  setting: string;
  /** The folder of the installed extension. */
  extension: string;
  /** The first workspace folder. */
  workspace?: string;
  home: string;
  /** The value of the environment variable PATH. */
  path: string;
  windows: boolean;
}

export type Located = { found: true; command: string; by: "setting" | "bundled" | "PATH" } | { found: false; why: string };

/**
 * The setting, else the bundled program, else PATH. A setting that leads nowhere is an error: falling back
 * to another program would hide the mistake.
 */
export function locate(where: Where): Located {
  const program = where.windows ? "nixpod-lint.exe" : "nixpod-lint";
  const setting = where.setting.trim();
  if (setting !== "") {
    const command = /[/\\]/.test(setting) ? expand(setting, where) : onPath(setting, where);
    return command !== undefined && isProgram(command)
      ? { found: true, command, by: "setting" }
      : { found: false, why: `The setting nixpod-lint.server.path is "${setting}", and no program is there.` };
  }
  const bundled = path.join(where.extension, "bundled", "bin", program);
  if (isProgram(bundled)) return { found: true, command: bundled, by: "bundled" };
  const installed = onPath(program, where);
  if (installed !== undefined) return { found: true, command: installed, by: "PATH" };
  return { found: false, why: "The program nixpod-lint is neither part of this extension build nor on PATH." };
}

function expand(setting: string, where: Where): string | undefined {
  const base = where.workspace;
  if (setting.includes("${workspaceFolder}")) {
    if (base === undefined) return undefined;
    setting = setting.replaceAll("${workspaceFolder}", () => base);
  }
  setting = setting.replace(/^~(?=[/\\])/, () => where.home);
  if (path.isAbsolute(setting)) return setting;
  return base === undefined ? undefined : path.resolve(base, setting);
}

/** Only absolute entries count: with an entry like "." a folder one opens could bring its own program. */
function onPath(program: string, where: Where): string | undefined {
  const names = where.windows && path.extname(program) === "" ? [`${program}.exe`] : [program];
  for (const folder of where.path.split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    for (const name of names) {
      const file = path.join(folder, name);
      if (isProgram(file)) return file;
    }
  }
  return undefined;
}

function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
