/** Messages between the processes of the durability tests. */
import type { Credential } from "../../stores/relational/companies.ts";

/** From the stack's process. */
export type FromStack =
  | {
      readonly kind: "ready";
      readonly mqttPort: number;
      readonly logins: Readonly<Record<string, Credential>>;
      /** Buckets in which rollups and raw differed when ingest was ready. */
      readonly disagreements: readonly unknown[];
      readonly repaired: number;
      readonly readings: number;
    }
  | { readonly kind: "registered"; readonly machine: string }
  | { readonly kind: "fatal"; readonly error: string };

/** To the stack's process. */
export type ToStack = { readonly kind: "register"; readonly machine: string } | { readonly kind: "stop" };
