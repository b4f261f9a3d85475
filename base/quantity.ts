/**
 * Quantities of processor, memory and disk as Kubernetes writes them: `500m`, `1.5`, `512Mi`, `3946784Ki`, `1e3`.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */

const exponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

const pattern = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** @returns the amount in whole units (processors, bytes); undefined where the text is no quantity. */
export function parseQuantity(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, number, exponent, suffix = ""] = match;
  const power = binary.indexOf(suffix) + 1;
  if (power > 0) return Number(number) * 1024 ** power;
  // By the exponent, so that two ways of writing an amount give one number: 4350 * 0.001 is not quite 4.35.
  return Number(`${number}e${exponent ?? exponents[suffix] ?? 0}`);
}

/** @returns thousandths of a processor; 0 where the text is absent or no quantity. */
export const parseProcessors = (text: string | undefined): number =>
  Math.round((parseQuantity(text ?? "") ?? 0) * 1000);

/** @returns MiB, which may be a fraction; 0 where the text is absent or no quantity. */
export const parseMebibytes = (text: string | undefined): number =>
  (parseQuantity(text ?? "") ?? 0) / 2 ** 20;

/** @param thousandths of a processor. */
export const formatProcessors = (thousandths: number): string =>
  thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;

/** @param amount in MiB. */
export const formatMebibytes = (amount: number): string =>
  amount % 1024 === 0 ? `${amount / 1024}Gi` : `${amount}Mi`;

/** @param amount in GiB. */
export const formatGibibytes = (amount: number): string => `${amount}Gi`;
