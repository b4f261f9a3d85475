/** Pages with only a message: not found, not allowed, something went wrong. */
import { type Content, html } from "./html.ts";
import { renderPage } from "./layout.ts";
import type { Html, View } from "./view.ts";

export interface Notice {
  readonly title: Content;
  readonly text: Content;
  /** Where to go next. */
  readonly link?: { readonly href: string; readonly text: Content };
}

export function messagePage(view: View, { title, text, link }: Notice): Html {
  return renderPage(view, {
    title,
    body: html`<h1>${title}</h1>
<p class="lead">${text}</p>
<p><a href="${link?.href ?? "/"}">${link?.text ?? view.t("message.start")}</a></p>`,
  });
}
