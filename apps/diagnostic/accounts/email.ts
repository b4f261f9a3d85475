/** Whether a text looks like an e-mail address; only a mail that arrives proves that it is one. */

const pattern = /^[^\s@<>"]{1,64}@[^\s@<>"]+\.[^\s@<>".]{2,}$/;

export function isEmail(text: string): boolean {
  return text.length <= 254 && pattern.test(text);
}
