/** Groups the whole stack of a country. */
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";

export class StackRoot extends ComponentResource {
  constructor(name: string, options: ComponentResourceOptions) {
    super("rollout:components:Stack", name, {}, options);
    this.registerOutputs();
  }
}
