/** The first page: what this is, how it works, what data is kept, who runs it. */
import { html, isolated, leftToRight } from "../web/html.ts";
import { renderPage } from "../web/layout.ts";
import { steps } from "../web/steps.ts";
import type { Html, View } from "../web/view.ts";
import { homeOf } from "../web/visitor.ts";
import { dataInShort } from "./data-protection.ts";

export function welcomePage(view: View, questions: number): Html {
  const { t, country, signedIn, translation } = view;
  const { operator } = country.programme;
  return renderPage(view, {
    title: t("welcome.title"),
    body: html`<div class="hero">
<h1>${t("welcome.title")}</h1>
<p class="lead">${t("welcome.lead", (own) => ({ country: own.textOf(country.names) }))}</p>
${
  signedIn === undefined
    ? html`<p class="actions"><a class="button" href="/register">${t("welcome.register")}</a> <a class="quiet" href="/sign-in">${t("welcome.sign-in")}</a></p>`
    : html`<p class="actions"><a class="button" href="${homeOf(signedIn)}">${t("welcome.continue")}</a></p>`
}
${steps({ level: 3, size: "large" })}
</div>
<h2>${t("welcome.what")}</h2>
<ol class="plan">
<li><h3>${t("welcome.answer")}</h3><p>${t("welcome.answer.text", { count: questions })}</p></li>
<li><h3>${t("welcome.result")}</h3><p>${t("welcome.result.text")}</p></li>
<li><h3>${t("welcome.machines")}</h3><p>${t("welcome.machines.text")}</p></li>
</ol>
<p>${t("welcome.free")}</p>
<h2>${t("welcome.data")}</h2>
${dataInShort(view)}
<p><a href="/privacy">${t("welcome.data.more")}</a></p>
<h2>${t("welcome.who")}</h2>
<p>${t("welcome.who.text", (own) => ({
      programme: own.textOf(country.programme.name),
      operator: own.textOf(operator.name),
    }))}</p>
<address>${isolated(view, translation.textOf(operator.name))}${operator.address === undefined ? "" : html`<br>${isolated(view, translation.textOf(operator.address))}`}<br><a href="mailto:${operator.email}">${leftToRight(view, operator.email)}</a>${
      operator.phone === undefined
        ? ""
        : html`<br><a href="tel:${operator.phone.replace(/[^+\d]/g, "")}">${leftToRight(view, operator.phone)}</a>`
    }</address>`,
  });
}
