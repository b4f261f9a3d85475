/** The frame of every page: head, header with the language choice, navigation, main, footer. */
import { directionOf } from "../../../localisation/languages/text.ts";
import { type Content, html, isolated, leftToRight } from "./html.ts";
import type { Html, View } from "./view.ts";
import { homeOf } from "./visitor.ts";

export interface Page {
  readonly title: Content;
  readonly body: Html;
  /** Names of scripts, run as modules. */
  readonly scripts?: readonly string[];
  /** Names of classic scripts that the modules need. */
  readonly libraries?: readonly string[];
  readonly styles?: readonly string[];
  /** Uses the whole width of a desktop's screen, for tables and charts. */
  readonly wide?: boolean;
  /** Without the navigation: one thing at a time. */
  readonly focused?: boolean;
}

/** With more languages than this, the list is folded. */
const languagesInARow = 3;

export function renderPage(view: View, page: Page): Html {
  const { t, translation, country, asset } = view;
  const programme = translation.textOf(country.programme.name);
  return html`<!doctype html>
<html lang="${translation.tag}" dir="${translation.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title} – ${programme}</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${asset("icon.svg")}" type="image/svg+xml">
${(page.styles ?? []).map((name) => html`<link rel="stylesheet" href="${asset(name)}">`)}
<link rel="stylesheet" href="${asset("page.css")}">
${[...view.translations.keys()].map(
  (tag) => html`<link rel="alternate" hreflang="${tag}" href="${localisedPath(tag, view.path)}">`,
)}
${(page.libraries ?? []).map((name) => html`<script src="${asset(name)}" defer></script>`)}
${(page.scripts ?? []).map((name) => html`<script type="module" src="${asset(name)}"></script>`)}
</head>
<body>
<a class="skip" href="#main">${t("page.skip")}</a>
<header class="top">
<div class="frame">
<a class="programme" href="${homeOf(view.signedIn)}">${view.hasLogo ? html`<img src="${asset("logo.svg")}" alt="" height="32">` : ""}${programme}</a>
${languageChoice(view)}
</div>
</header>
${page.focused === true ? "" : navigation(view)}
<main id="main" class="frame${page.wide === true ? " wide" : ""}" tabindex="-1">
${page.body}
</main>
${footer(view)}
</body>
</html>`;
}

function localisedPath(tag: string, path: string): string {
  return path === "/" ? `/${tag}` : `/${tag}${path}`;
}

function languageChoice(view: View): Html | "" {
  const { translation, translations, t, path } = view;
  if (translations.size < 2) return "";
  const list = html`<ul>${[...translations.values()].map(({ language, name }) =>
    language === translation.language
      ? html`<li><span aria-current="true" lang="${language}" dir="${directionOf(language)}">${name}</span></li>`
      : html`<li><a href="${localisedPath(language, path)}" lang="${language}" hreflang="${language}" dir="${directionOf(language)}">${name}</a></li>`,
  )}</ul>`;
  return translations.size <= languagesInARow
    ? html`<nav class="languages" aria-label="${t("page.language")}">${list}</nav>`
    : html`<nav class="languages" aria-label="${t("page.language")}"><details><summary><span class="visually-hidden">${t("page.language")}: </span>${translation.name}</summary>${list}</details></nav>`;
}

function navigation(view: View): Html | "" {
  const { signedIn, t, path } = view;
  if (signedIn === undefined) return "";
  const entries: [string, Content][] =
    signedIn.role === "ministry"
      ? [
          ["/ministry", t("navigation.ministry")],
          ["/account", t("navigation.account")],
        ]
      : [
          ["/company", t("navigation.company")],
          ["/diagnostic", t("navigation.diagnostic")],
          ["/machines", t("navigation.machines")],
          ["/connect", t("navigation.connect")],
          ["/account", t("navigation.account")],
        ];
  const isHere = (href: string) => path === href || path.startsWith(`${href}/`);
  return html`<nav class="sections" aria-label="${t("navigation.label")}">
<div class="frame">
${signedIn.company === undefined ? "" : html`<p class="whose">${isolated(view, signedIn.company.name)} ${signedIn.company.simulated ? simulatedTag(view) : ""}</p>`}
<ul>${entries.map(
    ([href, name]) =>
      html`<li><a href="${href}"${isHere(href) ? html` aria-current="${path === href ? "page" : "true"}"` : ""}>${name}</a></li>`,
  )}</ul>
</div>
</nav>`;
}

function footer(view: View): Html {
  const { country, t, translation } = view;
  const { support, programme } = country;
  return html`<footer class="foot">
<div class="frame">
<p>${t("footer.operator", { operator: translation.textOf(programme.operator.name) })}</p>
<ul>
<li><a href="mailto:${support.email}">${t("footer.help", { email: support.email })}</a></li>
${support.phone === undefined ? "" : html`<li><a href="tel:${support.phone.replace(/[^+\d]/g, "")}">${leftToRight(view, support.phone)}</a>${support.hours === undefined ? "" : html` (${isolated(view, translation.textOf(support.hours))})`}</li>`}
${support.url === undefined ? "" : html`<li><a href="${support.url}">${t("footer.help-page")}</a></li>`}
<li><a href="/privacy">${t("footer.privacy")}</a></li>
${support.accessibilityStatement === undefined ? "" : html`<li><a href="${support.accessibilityStatement}">${t("footer.accessibility")}</a></li>`}
</ul>
</div>
</footer>`;
}

/** Marks what comes from a simulated company. */
export function simulatedTag({ t }: Pick<View, "t">): Html {
  return html`<strong class="tag simulated">${t("simulated.tag")}</strong>`;
}
