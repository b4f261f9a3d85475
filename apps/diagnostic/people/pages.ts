/** Who has access in a company, the link for a new person, shown once, and the question before a person is removed. */
import { errorSummary, type FieldErrors, textField, titleWithErrors } from "../web/forms.ts";
import { html, leftToRight } from "../web/html.ts";
import { renderPage } from "../web/layout.ts";
import type { Html, View } from "../web/view.ts";
import type { Person } from "./people.ts";

export interface PeoplePage {
  readonly people: readonly Person[];
  /** Only right after it was made. */
  readonly link?: { readonly email: string; readonly address: string };
  readonly email?: string;
  readonly errors?: FieldErrors;
}

export function peoplePage(view: View, { people, link, email = "", errors = {} }: PeoplePage): Html {
  const { t, signedIn } = view;
  const isOwner = signedIn?.isOwner === true;
  const title = t("people.title");
  return renderPage(view, {
    title: titleWithErrors(view, title, errors),
    body: html`<p class="back"><a href="/account">${t("account.title")}</a></p>
${errorSummary(view, errors)}
<h1>${title}</h1>
<p class="lead">${t(isOwner ? "people.lead" : "people.by-owner")}</p>
${
  link === undefined
    ? ""
    : html`<div class="once" role="status"><p><strong>${t("people.link", { email: link.email })}</strong></p>
<p><code dir="ltr">${link.address}</code></p></div>`
}
<ul class="rows">${people.map(
      (
        person,
      ) => html`<li><span>${leftToRight(view, person.email)}${person.isOwner ? html` <span class="hint">${t("people.owner")}</span>` : ""}</span>
${
  person.id === signedIn?.accountId
    ? html`<span class="hint">${t("people.you")}</span>`
    : isOwner
      ? html`<form method="get" action="/account/people/remove"><input type="hidden" name="person" value="${person.id}"><button class="button danger small">${t("people.remove")}<span class="visually-hidden">: ${person.email}</span></button></form>`
      : ""
}</li>`,
    )}</ul>
${isOwner ? newPersonForm(view, email, errors) : ""}`,
  });
}

/** Asks before a person is removed. */
export function removalPage(view: View, { id, email }: Person): Html {
  const { t } = view;
  const title = t("people.remove.title", { email });
  return renderPage(view, {
    title,
    body: html`<p class="back"><a href="/account/people">${t("people.title")}</a></p>
<h1>${title}</h1>
<p class="lead">${t("people.remove.text")}</p>
<form method="post" action="/account/people/remove"><input type="hidden" name="person" value="${id}">
<p class="actions"><button class="button danger">${t("people.remove")}</button> <a class="quiet" href="/account/people">${t("people.remove.keep")}</a></p>
</form>`,
  });
}

function newPersonForm({ t }: View, email: string, errors: FieldErrors): Html {
  return html`<h2>${t("people.new")}</h2>
<form method="post" action="/account/people" novalidate>
${textField({ name: "email", label: t("people.email"), hint: t("people.email.hint"), value: email, error: errors.email, type: "email", autocomplete: "off", inputmode: "email", maxlength: 254 })}
<p class="actions"><button class="button">${t("people.submit")}</button></p>
</form>`;
}
