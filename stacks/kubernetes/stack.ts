/** What every target's program takes and returns. */
import type { Input } from "@pulumi/pulumi";
import type { StorageDriver } from "../../components/network.ts";
import type { Catalogue } from "../../localisation/languages/catalogue.ts";
import type { Country } from "../../localisation/schema/country.ts";

export interface StackInput {
  readonly country: Country;
  readonly environment?: string;
  readonly catalogues: Readonly<Record<string, Catalogue>>;
  /** Of the kit, and of its image that runs. */
  readonly version: string;
  /** Whether a provider can be asked: in the engine it can, in a plan there is none. */
  readonly asksProviders?: boolean;
  /** Removes the protection against deletion, because `rollout down` is about to delete the stack with its data. */
  readonly releaseData?: boolean;
}

export interface StackOutputs {
  readonly webAddress: string;
  readonly mqttAddress: string;
  readonly namespace: string;
  /** Sentences on what the team should know before it continues. */
  readonly notes: readonly string[];
}

export type KubernetesSettings = NonNullable<Country["hosting"]["kubernetes"]>;

/** What the file says of a cluster, or what a target says of the cluster that it makes. */
export interface ClusterSettings
  extends Omit<KubernetesSettings, "context" | "dataCentres" | "registry" | "storageProvisioner"> {
  readonly registry?: Input<string>;
  readonly storageProvisioner?: StorageDriver;
}

/** Of the stack on a cluster that the kit makes for it alone. */
export const ownClusterNamespace = "rollout";

/** @returns the namespace of the parts. */
export function stackNamespace({ target, kubernetes }: Country["hosting"]): string {
  return (target === "kubernetes" ? kubernetes?.namespace : undefined) ?? ownClusterNamespace;
}
