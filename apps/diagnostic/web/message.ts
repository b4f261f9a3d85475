/** Pages with only a message: not found, not allowed, something went wrong. */
import { html } from "hono/html";
import { renderPage } from "./layout.ts";
import type { Html, View } from "./view.ts";

export interface Notice {
  readonly title: string;
  readonly text: string;
  /** Where to go next. */
  readonly link?: { readonly href: string; readonly text: string };
}

export function messagePage(view: View, { title, text, link }: Notice): Html {
  return renderPage(view, {
    title,
    body: html`<h1>${title}</h1>
<p class="lead">${text}</p>
<p><a href="${link?.href ?? "/"}">${link?.text ?? view.t("message.start")}</a></p>`,
  });
}
