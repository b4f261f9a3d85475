/** A part of the input that was not checked, or that does not belong to the file: nothing can be said of it. */
export interface Unread {
  /** A file, or the plan. */
  readonly subject: string;
  /** Where in it; empty for all of it. */
  readonly path: string;
  /** One sentence, full stop. */
  readonly message: string;
  readonly remediation: string;
  readonly source?: { readonly file: string; readonly line: number };
}
