/**
 * Hono's `html` for pages in any language and direction: a text that is not in the page's language carries its own, and what
 * was put into a text is kept apart from it, so that neither scrambles the other.
 */
import { html as plainHtml } from "hono/html";
import { directionOf, type Inset, Text } from "../../../localisation/languages/text.ts";

export type Html = ReturnType<typeof plainHtml>;

/** What people read: a message, or a text that a person typed. */
export type Content = string | Text;

/** Letters of the scripts that run from right to left. */
const rightToLeft =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

export function html(strings: TemplateStringsArray, ...values: unknown[]): Html {
  const inContent = slotsInContent(strings);
  return plainHtml(strings, ...values.map((value, at) => (inContent[at] ? marked(value) : value)));
}

/**
 * Keeps a value in its own direction, such as a company's name or a number with its unit: where the page runs from right to
 * left, or the value does.
 */
export function isolated(
  { translation }: { readonly translation: { readonly direction: string } },
  value: Content,
): Html | Content {
  const text = String(value);
  return translation.direction === "rtl" || rightToLeft.test(text) ? html`<bdi>${value}</bdi>` : value;
}

/** The same for what is read from left to right in every language: e-mail addresses, telephone numbers, codes, topics. */
export function leftToRight(
  { translation }: { readonly translation: { readonly direction: string } },
  value: string,
): Html | string {
  return translation.direction === "rtl" ? html`<bdi dir="ltr">${value}</bdi>` : value;
}

function marked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(marked);
  if (!(value instanceof Text)) return value;
  const isRightToLeft = directionOf(value.language) === "rtl";
  const content = value.parts.map((part) => (typeof part === "string" ? part : insetIn(part, isRightToLeft)));
  return value.isForeign
    ? plainHtml`<span lang="${value.language}" dir="${directionOf(value.language)}">${content}</span>`
    : plainHtml`${content}`;
}

function insetIn({ text, language }: Inset, isRightToLeft: boolean): Html | string {
  if (language !== undefined)
    return plainHtml`<bdi lang="${language}" dir="${directionOf(language)}">${text}</bdi>`;
  return isRightToLeft || rightToLeft.test(text) ? plainHtml`<bdi>${text}</bdi>` : text;
}

const known = new WeakMap<TemplateStringsArray, readonly boolean[]>();

/** Whether each value of a template is in the content of an element that may hold markup, not in a tag or a title. */
function slotsInContent(strings: TemplateStringsArray): readonly boolean[] {
  let found = known.get(strings);
  if (found === undefined) {
    let before = "";
    found = strings.slice(0, -1).map((part) => {
      before += part;
      const tag = /<([a-z0-9]+)\b[^<>]*$/i.exec(before);
      // A template may also be a part of a tag.
      if (tag !== null || /="[^"<>]*$/.test(part)) return false;
      return !/<(title|option)\b[^<]*>[^<]*$/i.test(before);
    });
    known.set(strings, found);
  }
  return found;
}
