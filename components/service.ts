/** Services by which the parts reach each other inside the cluster. */
import type { types } from "@pulumi/kubernetes";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import { metadata, type PartName, selectorLabels } from "./part.ts";

export interface PartServiceArgs {
  readonly namespace: string;
  readonly part: PartName;
  /** In the cluster; the part's name where absent. */
  readonly objectName?: string;
  readonly ports: types.input.core.v1.ServicePort[];
}

const service =
  (more: types.input.core.v1.ServiceSpec) =>
  (
    name: string,
    { namespace, part, objectName = part, ports }: PartServiceArgs,
    options: CustomResourceOptions,
  ): void => {
    new Service(
      name,
      {
        metadata: metadata(namespace, objectName, part),
        spec: { ...more, selector: selectorLabels(part), ports },
      },
      options,
    );
  };

export const partService = service({});

/** Gives each pod of a part a name of its own, also before it is ready: its pods become ready together. */
export const headlessService = service({ clusterIP: "None", publishNotReadyAddresses: true });
