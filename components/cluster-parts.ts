/** Groups what is on a cluster, where the same program also makes the cluster. */
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";

export class ClusterParts extends ComponentResource {
  constructor(name: string, options: ComponentResourceOptions) {
    super("rollout:components:ClusterParts", name, {}, options);
    this.registerOutputs();
  }
}
