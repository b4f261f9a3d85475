/** The frame of a self-contained page: its style, and a content security policy that allows nothing else. */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { Html } from "./view.ts";

export interface StandalonePage {
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly title: string;
  readonly style: string;
  readonly body: Html;
}

export function standalonePage({ language, direction, title, style, body }: StandalonePage): string {
  const hash = createHash("sha256").update(style).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return String(html`<!doctype html>
<html lang="${language}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
${body}
</body>
</html>
`);
}
