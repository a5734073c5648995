/**
 * Bundles the PIN page and the other pages' scripts into src/dojang/.../static, the same bytes each time; with `--page FOLDER`
 * the PIN page alone, somewhere else; with `--tests FOLDER` the tests, and the checks that Chromium runs.
 */

// @ts-check
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @type {import("esbuild").BuildOptions} */
const common = { bundle: true, format: "esm", target: "es2022", charset: "utf8", logLevel: "warning" };

const PAGE = here("../src/dojang/pin_page/static");
/** What the servers of pages send: one script for every page, and one for each app that needs more. */
const SCRIPTS = [
  { entryPoints: ["src/page/page.ts"], outdir: here("../src/dojang/look/static") },
  { entryPoints: ["src/bank/bank.ts", "src/phone/phone.ts"], outdir: here("../src/dojang/demo/bank/static") },
  { entryPoints: ["src/center/center.ts"], outdir: here("../src/dojang/web/static") },
];

async function scripts() {
  for (const { entryPoints, outdir } of SCRIPTS) {
    rmSync(outdir, { recursive: true, force: true });
    await build({ ...common, absWorkingDir: here("."), entryPoints, outdir, entryNames: "[name]", platform: "browser", minify: true, legalComments: "linked" });
  }
}

/** @param {string} outdir */
async function page(outdir) {
  rmSync(outdir, { recursive: true, force: true });
  await build({
    ...common,
    absWorkingDir: here("."),
    entryPoints: ["src/pin_page/pin_page.ts", "src/pin_page/stretching_worker.ts", "src/pin_page/protocol.ts"],
    outdir,
    splitting: true,
    chunkNames: "[name]-[hash]",
    platform: "browser",
    minify: true,
    legalComments: "linked",
  });
  // Not a module, so that it runs before the first paint: it can share nothing with the others.
  await build({
    ...common,
    absWorkingDir: here("."),
    entryPoints: ["src/pin_page/before_paint.ts"],
    outdir,
    format: "iife",
    platform: "browser",
    minify: true,
  });
  await build({
    absWorkingDir: here("."),
    entryPoints: ["src/pin_page/index.html", "src/pin_page/pin_page.css"],
    loader: { ".html": "copy", ".css": "copy" },
    outdir,
  });
}

/** @param {string} folder */
async function tests(folder) {
  await build({
    ...common,
    absWorkingDir: here("."),
    entryPoints: ["test/*.test.ts", "test/checks.ts", "test/made_by_typescript.ts", "test/holder_peer.ts", "test/device_store.ts"],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    platform: "node",
  });
}

const [flag = "--page", folder = PAGE] = process.argv.slice(2);
if (flag === "--tests") await tests(folder);
else await page(folder);
if (flag === "--page" && folder === PAGE) await scripts();
