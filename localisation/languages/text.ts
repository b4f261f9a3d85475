/** A text as a page shows it: in which language it is, and what was put into it from elsewhere. */

/** A value inside of a text, such as a name or an e-mail address: it may run in another direction than the text. */
export interface Inset {
  readonly text: string;
  /** BCP 47, where the value is known to be in another language than the text. */
  readonly language?: string;
}

const firstStrongIsolate = "\u2068";
const popDirectionalIsolate = "\u2069";

export class Text {
  /** BCP 47. */
  readonly language: string;
  readonly parts: readonly (string | Inset)[];
  /** Whether the page that shows it is in another language, because this text is not translated. */
  readonly isForeign: boolean;
  /** From the country's file, such as a name: inside of a message it may stay in another language. */
  readonly isOfFile: boolean;

  constructor(
    language: string,
    parts: readonly (string | Inset)[],
    {
      isForeign = false,
      isOfFile = false,
    }: { readonly isForeign?: boolean; readonly isOfFile?: boolean } = {},
  ) {
    this.language = language;
    this.parts = parts;
    this.isForeign = isForeign;
    this.isOfFile = isOfFile;
  }

  foreign(): Text {
    return new Text(this.language, this.parts, { isForeign: true, isOfFile: this.isOfFile });
  }

  /** For attributes and titles, which hold no markup: Unicode's isolates keep values of another direction together. */
  toString(): string {
    const isolates = directionOf(this.language) === "rtl";
    return this.parts
      .map((part) => {
        if (typeof part === "string") return part;
        return isolates ? `${firstStrongIsolate}${part.text}${popDirectionalIsolate}` : part.text;
      })
      .join("");
  }

  toJSON(): string {
    return this.toString();
  }
}

export type Direction = "ltr" | "rtl";

/** @param language BCP 47. */
export function directionOf(language: string): Direction {
  // ECMA-402's getTextInfo is younger than the type definitions.
  const locale = new Intl.Locale(language) as Intl.Locale & { getTextInfo?: () => { direction?: string } };
  return locale.getTextInfo?.().direction === "rtl" ? "rtl" : "ltr";
}
