/** ResourceAmounts of processor, memory and disk, and how Kubernetes writes them. */

/** What one replica gets. */
export interface ResourceAmounts {
  /** Thousandths of a processor. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** GiB of disk; 0 where it keeps nothing. */
  readonly storage: number;
}

const mebibytesPer = { Mi: 1, Gi: 1024, Ti: 1024 * 1024 } as const;

/** @param quantity such as "500m", "1.5" or "2". @returns thousandths of a processor. */
export function parseProcessors(quantity: string): number {
  return quantity.endsWith("m") ? Number.parseInt(quantity, 10) : Math.round(Number(quantity) * 1000);
}

/** @param quantity such as "512Mi" or "2Gi". @returns MiB. */
export function parseMebibytes(quantity: string): number {
  const unit = quantity.slice(-2) as keyof typeof mebibytesPer;
  return Number(quantity.slice(0, -2)) * mebibytesPer[unit];
}

/** @returns GiB, rounded up. */
export function parseGibibytes(quantity: string): number {
  return Math.ceil(parseMebibytes(quantity) / 1024);
}

export function processors(thousandths: number): string {
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

export function mebibytes(amount: number): string {
  return amount % 1024 === 0 ? `${amount / 1024}Gi` : `${amount}Mi`;
}

export function gibibytes(amount: number): string {
  return `${amount}Gi`;
}
