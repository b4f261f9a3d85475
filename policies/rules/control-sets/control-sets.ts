/** All public control sets of the catalogue, and what they ask of a policy. */
import type { AskedControl, ControlSet } from "../../engine/control-sets.ts";
import { anpd } from "./anpd.ts";
import { awsSovereignty } from "./aws-sovereignty.ts";
import { azureSovereignty } from "./azure-sovereignty.ts";
import { cisKubernetes } from "./cis-kubernetes.ts";
import { kvkk } from "./kvkk.ts";
import { nsaKubernetes } from "./nsa-kubernetes.ts";

export const controlSets: readonly ControlSet[] = [
  cisKubernetes,
  nsaKubernetes,
  awsSovereignty,
  azureSovereignty,
  kvkk,
  anpd,
];

export interface Asking {
  readonly set: ControlSet;
  readonly controls: readonly AskedControl[];
}

/** The sets that ask for a policy, with their controls that it checks, or a part of. */
export function askingFor(policy: string): Asking[] {
  return controlSets
    .map((set) => ({ set, controls: set.controls.filter(({ policies }) => policies.includes(policy)) }))
    .filter(({ controls }) => controls.length > 0);
}
