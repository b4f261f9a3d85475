/** Declares a resource: `new`, with the options first, so that the last and longest argument is what the resource is. */
import type { CustomResourceOptions } from "@pulumi/pulumi";

type Kind<Args, Made> = new (name: string, args: Args, options: CustomResourceOptions) => Made;

export const create = <Args, Made>(
  options: CustomResourceOptions,
  kind: Kind<Args, Made>,
  name: string,
  args: NoInfer<Args>,
): Made => new kind(name, args, options);
