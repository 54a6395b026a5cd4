// Bundles the extension into dist/ (or, with --tests, the tests into dist-test/).
import fs from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";

const common = { bundle: true, format: "cjs", platform: "node", target: "node20", logLevel: "warning" };

if (process.argv.includes("--tests")) {
  const tests = fs.readdirSync("test").filter((name) => name.endsWith(".test.ts"));
  await esbuild.build({ ...common, entryPoints: tests.map((name) => `test/${name}`), outdir: "dist-test" });
} else {
  const { metafile } = await esbuild.build({
    ...common,
    entryPoints: ["src/extension.ts"],
    outfile: "dist/extension.js",
    external: ["vscode"],
    minify: true,
    metafile: true,
  });
  fs.writeFileSync("dist/THIRD-PARTY.txt", notices(Object.keys(metafile.inputs)));
}

/** The licences of all packages that ended up in the bundle, which most of them ask to be kept with it. */
function notices(inputs) {
  const folders = new Set();
  for (const input of inputs) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (folder) folders.add(folder);
  }
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    const file = fs.readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} has no licence file`);
    return `${name} ${version} (${license})\n\n${fs.readFileSync(path.join(folder, file), "utf8").trim()}\n`;
  }).join(`\n${"-".repeat(78)}\n\n`);
}
