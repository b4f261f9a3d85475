/** Parts of forms: fields with their labels, hints and errors, and the summary of errors above them. */
import { Text } from "../../../localisation/languages/text.ts";
import { type Content, html } from "./html.ts";
import type { Html, View } from "./view.ts";

/** What is wrong, by the field's name; under "" what is wrong with the whole form. */
export type FieldErrors = Readonly<Record<string, Content>>;

export interface Field {
  readonly name: string;
  readonly label: Content;
  readonly hint?: Content;
  readonly value?: string;
  readonly error?: Content | undefined;
  readonly type?: "text" | "email" | "password" | "number";
  readonly autocomplete?: string;
  readonly inputmode?: "decimal" | "numeric" | "email";
  readonly maxlength?: number;
  /** As wide as the short text that people type into it. */
  readonly narrow?: boolean;
}

export function textField(field: Field): Html {
  const { name, type = "text" } = field;
  return html`<div class="field${field.error === undefined ? "" : " wrong"}">
<label for="${name}">${field.label}</label>
${hintAndError(field)}
<input id="${name}" name="${name}" type="${type}" value="${field.value ?? ""}"${field.narrow === true ? html` class="narrow"` : ""}${
    field.autocomplete === undefined ? "" : html` autocomplete="${field.autocomplete}"`
  }${field.inputmode === undefined ? "" : html` inputmode="${field.inputmode}"`}${
    field.maxlength === undefined ? "" : html` maxlength="${field.maxlength}"`
  }${type === "email" ? html` spellcheck="false" autocapitalize="none"` : ""}${directionOfInput(type)} required${describedBy(field)}>
</div>`;
}

export interface Choice {
  readonly value: string;
  readonly label: Content;
  readonly hint?: Content;
}

export function selectField(field: Field, choices: readonly Choice[], placeholder: Content): Html {
  return html`<div class="field${field.error === undefined ? "" : " wrong"}">
<label for="${field.name}">${field.label}</label>
${hintAndError(field)}
<select id="${field.name}" name="${field.name}" required${describedBy(field)}>
<option value="">${placeholder}</option>
${choices.map(({ value, label }) => html`<option value="${value}"${value === field.value ? " selected" : ""}${languageOf(label)}>${label}</option>`)}
</select>
</div>`;
}

export function radioField(field: Field, choices: readonly Choice[]): Html {
  return html`<fieldset class="field${field.error === undefined ? "" : " wrong"}"${describedBy(field)}>
<legend>${field.label}</legend>
${hintAndError(field)}
${choices.map(
  (choice, index) => html`<div class="choice">
<input type="radio" name="${field.name}" id="${index === 0 ? field.name : `${field.name}-${choice.value}`}" value="${choice.value}"${choice.value === field.value ? " checked" : ""} required>
<label for="${index === 0 ? field.name : `${field.name}-${choice.value}`}">${choice.label}${choice.hint === undefined ? "" : html` <span class="hint">${choice.hint}</span>`}</label>
</div>`,
)}
</fieldset>`;
}

export function errorSummary({ t }: View, errors: FieldErrors): Html | "" {
  const entries = Object.entries(errors);
  if (entries.length === 0) return "";
  return html`<div class="problem" role="alert" aria-labelledby="problem-title" tabindex="-1" autofocus>
<h2 id="problem-title">${t("form.problem")}</h2>
<ul>${entries.map(([name, error]) => html`<li>${name === "" ? error : html`<a href="#${name}">${error}</a>`}</li>`)}</ul>
</div>`;
}

/** A page with errors says so in its title, so that a screen reader hears it first. */
export function titleWithErrors({ t }: View, title: Content, errors: FieldErrors): Content {
  return Object.keys(errors).length === 0 ? title : t("form.title-with-problem", { title });
}

function hintAndError({ name, hint, error }: Field): Html {
  return html`${hint === undefined ? "" : html`<p class="hint" id="${name}-hint">${hint}</p>`}${
    error === undefined ? "" : html`<p class="error" id="${name}-error">${error}</p>`
  }`;
}

function describedBy({ name, hint, error }: Field): Html | "" {
  const ids = [hint === undefined ? "" : `${name}-hint`, error === undefined ? "" : `${name}-error`].filter(
    Boolean,
  );
  const invalid = error === undefined ? "" : html` aria-invalid="true"`;
  return ids.length === 0 ? "" : html` aria-describedby="${ids.join(" ")}"${invalid}`;
}

/** Addresses and passwords run from left to right in every language; what else people type, in its own direction. */
function directionOfInput(type: NonNullable<Field["type"]>): Html {
  return type === "text" ? html` dir="auto"` : html` dir="ltr"`;
}

/** An option holds no markup that could say it. */
function languageOf(label: Content): Html | "" {
  return label instanceof Text && label.isForeign ? html` lang="${label.language}"` : "";
}
