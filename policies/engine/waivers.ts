/** The file's waivers: which findings they cover, which were used, which have expired. */
import type { Country, Waiver } from "../../localisation/schema/country.ts";

export class WaiverBook {
  readonly waivers: readonly Waiver[];
  readonly #today: string;
  readonly #uses = new Map<Waiver, number>();

  constructor(country: Country, today: string) {
    this.waivers = country.residency.waivers;
    this.#today = today;
  }

  isExpired(waiver: Waiver): boolean {
    return waiver.until < this.#today;
  }

  usesOf(waiver: Waiver): number {
    return this.#uses.get(waiver) ?? 0;
  }

  /** Finds a waiver in force that covers the finding, and counts a use of it. */
  cover(policy: string, subjects: readonly string[]): Waiver | undefined {
    const waiver = this.waivers.find(
      (candidate) =>
        !this.isExpired(candidate) && candidate.policy === policy && subjects.includes(candidate.resource),
    );
    if (waiver !== undefined) this.#uses.set(waiver, this.usesOf(waiver) + 1);
    return waiver;
  }
}
