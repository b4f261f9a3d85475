/** Registering, signing in, and one's account. */

import type { Text } from "../../../localisation/languages/text.ts";
import type { Country, SizeBand } from "../../../localisation/schema/country.ts";
import { dataInShort } from "../public/data-protection.ts";
import {
  type Choice,
  errorSummary,
  type FieldErrors,
  radioField,
  selectField,
  textField,
  titleWithErrors,
} from "../web/forms.ts";
import { html, isolated, leftToRight } from "../web/html.ts";
import { renderPage } from "../web/layout.ts";
import { type Html, regionName, sizeBandName, type View } from "../web/view.ts";
import { longestPassword, shortestPassword } from "./password.ts";

/** As typed. */
export type Registration = Readonly<typeof emptyRegistration>;
export const emptyRegistration = { company: "", sector: "", sizeBand: "", region: "", email: "" };

export function registerPage(view: View, values: Registration, errors: FieldErrors = {}): Html {
  const { t, country, translation } = view;
  const { programme } = country;
  const title = t("register.title");
  const { compare } = new Intl.Collator(translation.locale);
  const sorted = (choices: Choice[]) => choices.toSorted((a, b) => compare(String(a.label), String(b.label)));
  const sectors = sorted(programme.sectors.map((value) => ({ value, label: t(`sector.${value}`) })));
  const regions = sorted(
    programme.regions.map(({ code, name }) => ({ value: code, label: translation.textOf(name) })),
  );
  return renderPage(view, {
    title: titleWithErrors(view, title, errors),
    body: html`${errorSummary(view, errors)}
<h1>${title}</h1>
<p>${t("register.lead")} <a href="/sign-in">${t("register.have-account")}</a></p>
<form method="post" action="/register" novalidate>
${textField({ name: "company", label: t("register.company"), value: values.company, error: errors.company, autocomplete: "organization", maxlength: 120 })}
${selectField({ name: "sector", label: t("register.sector"), hint: t("register.sector.hint"), value: values.sector, error: errors.sector }, sectors, t("form.choose"))}
${radioField(
  {
    name: "sizeBand",
    label: t(sizeIsEmployees(programme) ? "register.size" : "register.size.other"),
    value: values.sizeBand,
    error: errors.sizeBand,
  },
  programme.sizeBands.map((band) => ({
    value: band.id,
    label: translation.textOf(band.name),
    hint: sizeOf(view, band),
  })),
)}
${regions.length === 0 ? "" : selectField({ name: "region", label: t("register.region"), value: values.region, error: errors.region }, regions, t("form.choose"))}
${textField({ name: "email", label: t("register.email"), hint: t("register.email.hint"), value: values.email, error: errors.email, type: "email", autocomplete: "email", inputmode: "email", maxlength: 254 })}
${textField({ name: "password", label: t("register.password"), hint: t("register.password.hint", { count: shortestPassword }), error: errors.password, type: "password", autocomplete: "new-password", maxlength: longestPassword })}
<h2>${t("register.notice")}</h2>
${dataInShort(view)}
<p><a href="/privacy">${t("register.notice.more")}</a></p>
<div class="field${errors.notice === undefined ? "" : " wrong"}">
${errors.notice === undefined ? "" : html`<p class="error" id="notice-error">${errors.notice}</p>`}
<div class="choice">
<input type="checkbox" id="notice" name="notice" value="read" required${errors.notice === undefined ? "" : html` aria-describedby="notice-error" aria-invalid="true"`}>
<label for="notice">${t("register.notice.confirm")}</label>
</div>
</div>
<p class="actions"><button class="button">${t("register.submit")}</button></p>
</form>`,
  });
}

/** By what the country's law divides companies: people, where every class says how many. */
export const sizeIsEmployees = ({ sizeBands }: Country["programme"]): boolean =>
  sizeBands.every(({ employees }) => employees !== undefined);

/** The limits of a size band: people where the law counts them, else all that it limits. */
function sizeOf({ t }: View, { employees, annualTurnover, capital, assets }: SizeBand): string | Text {
  if (employees !== undefined)
    return t("register.size.employees", { from: employees.from, to: employees.to });
  const limits = Object.entries({ turnover: annualTurnover, capital, assets }).flatMap(([what, limit]) =>
    limit === undefined
      ? []
      : [
          t(`register.size.${what}`, (own) => ({
            amount: own.money(limit.to, { maximumFractionDigits: 0 }),
          })),
        ],
  );
  return limits.join("; ");
}

export interface SignInPage {
  readonly email?: string;
  readonly errors?: FieldErrors;
  /** The browser brings a session that is over, or one that a registration of a known address gave. */
  readonly sessionIsUnknown?: boolean;
}

export function signInPage(
  view: View,
  { email = "", errors = {}, sessionIsUnknown = false }: SignInPage,
): Html {
  const { t } = view;
  const title = t("sign-in.title");
  return renderPage(view, {
    title: titleWithErrors(view, title, errors),
    body: html`${errorSummary(view, errors)}
<h1>${title}</h1>
${sessionIsUnknown ? html`<p>${t("sign-in.known", { email: view.country.support.email })}</p>` : ""}
<form method="post" action="/sign-in" novalidate>
${textField({ name: "email", label: t("sign-in.email"), value: email, error: errors.email, type: "email", autocomplete: "username", inputmode: "email", maxlength: 254 })}
${textField({ name: "password", label: t("sign-in.password"), error: errors.password, type: "password", autocomplete: "current-password", maxlength: longestPassword })}
<p class="actions"><button class="button">${t("sign-in.submit")}</button> <a class="quiet" href="/register">${t("sign-in.register")}</a></p>
</form>
<p>${t("sign-in.forgotten", { email: view.country.support.email })}</p>`,
  });
}

/** Asks before a one-time link is used. */
export function enterPage(view: View, { email, token }: { email: string; token: string }): Html {
  const { t } = view;
  const title = t("sign-in.title");
  return renderPage(view, {
    title,
    body: html`<h1>${title}</h1>
<p class="lead">${t("enter.question", { email })}</p>
<form method="post" action="/enter/${token}"><p class="actions"><button class="button">${t("sign-in.submit")}</button></p></form>`,
  });
}

export interface AccountPage {
  readonly changed: boolean;
  readonly errors?: FieldErrors;
}

export function accountPage(view: View, { changed, errors = {} }: AccountPage): Html {
  const { t, signedIn, country } = view;
  const company = signedIn?.company;
  const region = company && regionName(view, company.region);
  const title = t("account.title");
  return renderPage(view, {
    title: titleWithErrors(view, title, errors),
    body: html`${errorSummary(view, errors)}
<h1>${title}</h1>
${changed ? html`<p class="done" role="status">${t("account.password-changed")}</p>` : ""}
<dl class="facts">
<div><dt>${t("account.email")}</dt><dd>${leftToRight(view, signedIn?.email ?? "")}</dd></div>
${
  company === undefined
    ? ""
    : html`<div><dt>${t("register.company")}</dt><dd>${isolated(view, company.name)}</dd></div>
<div><dt>${t("register.sector")}</dt><dd>${t(`sector.${company.sector}`)}</dd></div>
<div><dt>${t("register.size")}</dt><dd>${sizeBandName(view, company.sizeBand)}</dd></div>
${region === undefined ? "" : html`<div><dt>${t("register.region")}</dt><dd>${region}</dd></div>`}`
}
</dl>
<form method="post" action="/sign-out"><p class="actions"><button class="button second">${t("account.sign-out")}</button></p></form>
${company === undefined ? "" : html`<p><a href="/account/people">${t("people.title")}</a></p>`}
<h2>${t("account.password")}</h2>
<p>${t("account.password.text")}</p>
${signedIn?.mayChoosePassword === true ? html`<p>${t("account.password.by-link")}</p>` : ""}
<form method="post" action="/account/password" novalidate>
${signedIn?.mayChoosePassword === true ? "" : textField({ name: "current", label: t("account.password.present"), hint: t("account.password.forgotten", { email: country.support.email }), error: errors.current, type: "password", autocomplete: "current-password", maxlength: longestPassword })}
${textField({ name: "password", label: t("account.password.new"), hint: t("register.password.hint", { count: shortestPassword }), error: errors.password, type: "password", autocomplete: "new-password", maxlength: longestPassword })}
<p class="actions"><button class="button second">${t("account.password.submit")}</button></p>
</form>
<h2>${t("account.data")}</h2>
<p>${t("account.data.text", { email: country.programme.dataProtectionOfficer.email })}</p>
${company === undefined ? "" : html`<p><a href="/account/data" download>${t("account.data.download")}</a></p>`}`,
  });
}
