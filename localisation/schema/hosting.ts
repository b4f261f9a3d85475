/** `hosting`: on what the stack runs, and how its environments differ. */
import Type from "typebox";
import { strictObject } from "./common.ts";

const Port = Type.Integer({ minimum: 0, maximum: 65535, description: "TCP port; 0 takes any free one." });

export const targets = ["local", "kubernetes", "aws"] as const;

export const Local = strictObject({
  bind: Type.String({ default: "127.0.0.1", description: "Address to listen on." }),
  ports: strictObject({ http: Port, mqtt: Port, mqtts: Port }),
});

export const Kubernetes = strictObject({
  context: Type.Optional(
    Type.String({ description: "Context of the kubeconfig; its current one where absent." }),
  ),
  storageClass: Type.Optional(Type.String()),
  zones: Type.Array(Type.String(), {
    description: "Values of topology.kubernetes.io/zone that lie in the country.",
  }),
  registry: Type.Optional(Type.String({ description: "Image registry in the country." })),
  domain: Type.String({ examples: ["sme.example.gov.za"] }),
  tls: strictObject({
    issuer: Type.Enum(["acme", "own-ca", "secret"]),
  }),
});

export const Aws = strictObject({
  region: Type.String({ examples: ["af-south-1"] }),
  zones: Type.Array(Type.String()),
  domain: Type.String(),
});

export const Hosting = strictObject({
  target: Type.Enum([...targets]),
  local: Local,
  kubernetes: Type.Optional(Kubernetes),
  aws: Type.Optional(Aws),
  environments: Type.Record(Type.String(), Type.Unknown(), {
    description: "Small overlays over the whole file, by environment name.",
  }),
});
