/** What every target's program takes and gives, and how it refuses a file that lacks what it needs. */
import type { Catalogue } from "../../localisation/languages/catalogue.ts";
import type { Country } from "../../localisation/schema/country.ts";

export interface StackInput {
  readonly country: Country;
  readonly environment?: string;
  readonly catalogues: Readonly<Record<string, Catalogue>>;
  /** Of the kit, whose image runs. */
  readonly version: string;
  /** Whether providers answer questions: in the engine they do, in a plan nobody does. */
  readonly asksProviders?: boolean;
  /** What keeps data from being deleted is taken away: the stack is about to be taken down with its data. */
  readonly releaseData?: boolean;
}

export interface StackOutputs {
  readonly webAddress: string;
  readonly mqttAddress: string;
  readonly namespace: string;
  /** What the team should know before it goes on, in sentences. */
  readonly notes: readonly string[];
}

export type KubernetesSettings = NonNullable<Country["hosting"]["kubernetes"]>;
