/** Texts in PEM, RFC 7468. */

/** One item of a text in PEM. */
export interface PemBlock {
  /** What it says that it is: `CERTIFICATE`. */
  readonly label: string;
  /** From its first line to its last. */
  readonly text: string;
}

/** The items of a text in their order; what stands between them is a comment. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n[\s\S]*?-----END \1-----/g;
  return [...text.matchAll(blocks)].map(([block, label = ""]) => ({ label, text: `${block}\n` }));
}
