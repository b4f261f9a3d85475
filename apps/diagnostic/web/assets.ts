/** Styles and scripts, served by the app itself under names with a hash of their content, compressed once at start. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Handler } from "hono";
import { brandColours, darkSurface, lightSurface } from "../../../localisation/brand-colour.ts";
import type { Country } from "../../../localisation/schema/country.ts";

interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly br: Buffer;
}

export interface Assets {
  /** @param name such as "page.css". @returns its path, such as "/assets/page.1a2b3c4d5e.css". */
  path(name: string): string;
  readonly hasLogo: boolean;
  /** Serves `/assets/:file`. */
  readonly handler: Handler;
}

const types = { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8", svg: "image/svg+xml" };
/** In the order of their rules. */
const styles = ["base", "frame", "forms", "diagnostic", "machines", "tables", "modes"];
const scripts = ["questionnaire.js", "live.js", "charts.js"];

/** @param logo an SVG, where the country has one. */
export function loadAssets(country: Country, logo?: string): Assets {
  const folder = fileURLToPath(new URL("./assets", import.meta.url));
  const uplot = join(createRequire(import.meta.url).resolve("uplot"), "..");
  const { light, dark } = brandColours(country.branding.primaryColour);
  const colours =
    `:root{--brand:${light};--surface:${lightSurface}}` +
    `@media (prefers-color-scheme:dark){:root{--brand:${dark};--surface:${darkSurface}}}`;
  const css = styles.map((name) => readFileSync(join(folder, "styles", `${name}.css`), "utf8")).join("");
  const contents: [string, Buffer][] = [
    ["page.css", Buffer.from(compact(css) + colours)],
    ["icon.svg", Buffer.from(icon(light))],
    ...(logo === undefined ? [] : [["logo.svg", Buffer.from(logo)] satisfies [string, Buffer]]),
    ["uplot.css", readFileSync(join(uplot, "uPlot.min.css"))],
    ["uplot.js", readFileSync(join(uplot, "uPlot.iife.min.js"))],
    ...scripts.map((name): [string, Buffer] => [name, readFileSync(join(folder, name))]),
  ];
  const paths = new Map<string, string>();
  const assets = new Map<string, Asset>();
  for (const [name, content] of contents) {
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
    const [base, type] = name.split(".") as [string, keyof typeof types];
    const file = `${base}.${hash}.${type}`;
    paths.set(name, `/assets/${file}`);
    assets.set(file, compressed(content, types[type]));
  }
  return {
    hasLogo: logo !== undefined,
    path: (name) => {
      const path = paths.get(name);
      if (path === undefined) throw new Error(`No asset is named ${name}.`);
      return path;
    },
    handler: (c) => {
      const asset = assets.get(c.req.param("file") ?? "");
      if (asset === undefined) return c.notFound();
      const accepted = c.req.header("accept-encoding") ?? "";
      const encoding = (["br", "gzip"] as const).find((one) => accepted.includes(one));
      return c.body(new Uint8Array(asset[encoding ?? "plain"]), 200, {
        "content-type": asset.type,
        "cache-control": "public, max-age=31536000, immutable",
        vary: "Accept-Encoding",
        ...(encoding !== undefined && { "content-encoding": encoding }),
      });
    },
  };
}

function compressed(plain: Buffer, type: string): Asset {
  const br = brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
  });
  return { type, plain, gzip: gzipSync(plain, { level: 9 }), br };
}

/** Styles without comments and indentation. */
function compact(css: string): string {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s*\n\s*/g, "\n")
    .replace(/\n+/g, "\n")
    .trim();
}

/** Three rising steps, as in the results. */
function icon(colour: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="5" fill="${colour}"/><path d="M6 26v-6h6v6zM13 26V14h6v12zM20 26V7h6v19z" fill="#fff"/></svg>`;
}
