/**
 * Certificates and their authorities. Parts identify themselves to each other by certificates of the stack's own authority,
 * without passwords. Browsers and machines see a certificate of the issuer that the localisation file names.
 */
import type { ICertificate, IIssuer } from "@kubernetes-models/cert-manager/cert-manager.io/v1";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { customResource } from "./custom-resource.ts";
import { metadata, type PartName } from "./part.ts";

export type PublicIssuer =
  | { readonly kind: "acme"; readonly server: string; readonly email: string; readonly solver: AcmeSolver }
  | { readonly kind: "own-ca" }
  | { readonly kind: "secret"; readonly secretName: string };

/** What answers the authority's HTTP challenge. */
export type AcmeSolver =
  | { readonly kind: "ingress"; readonly className?: string }
  | { readonly kind: "gateway-api"; readonly gateway: string };

export interface CertificatesArgs {
  readonly namespace: string;
  /** Host of the pages; the broker is `mqtt.` in front of it. */
  readonly domain: string;
  readonly issuer: PublicIssuer;
  /** Each part that connects to another, with the DNS names by which it is reached; no names where it is only a client. */
  readonly parts: Readonly<Partial<Record<PartName, readonly string[]>>>;
}

/** The Secret that holds a part's `tls.crt`, `tls.key` and the stack's `ca.crt`. The part's name is its common name. */
export function certificateSecretOf(part: PartName): string {
  return `${part}-certificate`;
}

const apiVersion = "cert-manager.io/v1";
const internalIssuer = "internal-authority";
const ownIssuer = "own-authority";

/** Days until a certificate expires, and how many days earlier it is renewed. */
const lifetime = { authority: 3650, leaf: 90, renewBefore: 30 } as const;
const hours = (days: number) => `${days * 24}h0m0s`;

export class Certificates extends ComponentResource {
  /** Secret with the pages' certificate. */
  readonly webSecret: string;
  /** Secret with the broker's certificate. */
  readonly mqttSecret: string;

  constructor(name: string, args: CertificatesArgs, options: ComponentResourceOptions) {
    super("rollout:components:Certificates", name, {}, options);
    const inside = { parent: this };
    const { domain, namespace } = args;
    const given = args.issuer.kind === "secret" ? args.issuer.secretName : undefined;
    const webSecret = given ?? "web-certificate";
    const mqttSecret = given ?? "mqtt-certificate";
    this.webSecret = webSecret;
    this.mqttSecret = mqttSecret;
    createIssuer("self-signed", { selfSigned: {} });
    createAuthority(internalIssuer, "Parts of the stack");
    if (args.issuer.kind !== "secret") createPublic(args.issuer);
    createParts();
    this.registerOutputs({ webSecret, mqttSecret });

    /** What browsers and machines see, where the team brings no certificate. */
    function createPublic(issuer: Exclude<PublicIssuer, { kind: "secret" }>): void {
      // An ACME authority asks the name's address on port 80, and nothing listens there on the broker's load balancer.
      createAuthority(ownIssuer, `Machines of ${domain}`);
      createLeaf(mqttSecret, ownIssuer, [`mqtt.${domain}`], ["server auth"]);
      if (issuer.kind === "acme") createAcme(issuer);
      const webIssuer = issuer.kind === "acme" ? "acme" : ownIssuer;
      createLeaf(webSecret, webIssuer, [domain], ["server auth"]);
    }

    function createParts(): void {
      for (const [name, dnsNames] of Object.entries(args.parts)) {
        const part = name as PartName;
        const usages =
          dnsNames.length > 0 ? (["server auth", "client auth"] as const) : (["client auth"] as const);
        createLeaf(certificateSecretOf(part), internalIssuer, dnsNames, usages, part);
      }
    }

    function createLeaf(
      secretName: string,
      issuer: string,
      dnsNames: readonly string[],
      usages: readonly ("server auth" | "client auth")[],
      part?: PartName,
    ): void {
      customResource<ICertificate>(
        `${name}-${secretName}`,
        {
          apiVersion,
          kind: "Certificate",
          metadata: metadata(namespace, secretName, part),
          spec: {
            secretName,
            issuerRef: { name: issuer, kind: "Issuer", group: "cert-manager.io" },
            ...(part !== undefined && { commonName: part }),
            ...(dnsNames.length > 0 && { dnsNames: [...dnsNames] }),
            usages: [...usages],
            duration: hours(lifetime.leaf),
            renewBefore: hours(lifetime.renewBefore),
            privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
          },
        },
        inside,
      );
    }

    /** A certification authority whose key stays in the cluster. */
    function createAuthority(authority: string, commonName: string): void {
      customResource<ICertificate>(
        `${name}-${authority}`,
        {
          apiVersion,
          kind: "Certificate",
          metadata: metadata(namespace, authority),
          spec: {
            secretName: authority,
            isCA: true,
            commonName: commonName.slice(0, 64),
            issuerRef: { name: "self-signed", kind: "Issuer", group: "cert-manager.io" },
            usages: ["cert sign", "crl sign"],
            duration: hours(lifetime.authority),
            // With a new key every machine would need the authority's new certificate.
            privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Never" },
          },
        },
        inside,
      );
      createIssuer(authority, { ca: { secretName: authority } });
    }

    function createAcme(issuer: Extract<PublicIssuer, { kind: "acme" }>): void {
      const { solver } = issuer;
      const http01 =
        solver.kind === "ingress"
          ? { ingress: solver.className === undefined ? {} : { ingressClassName: solver.className } }
          : { gatewayHTTPRoute: { parentRefs: [{ name: solver.gateway, namespace, kind: "Gateway" }] } };
      createIssuer("acme", {
        acme: {
          server: issuer.server,
          email: issuer.email,
          privateKeySecretRef: { name: "acme-account" },
          solvers: [{ http01 }],
        },
      });
    }

    function createIssuer(issuer: string, spec: IIssuer["spec"]): void {
      customResource<IIssuer>(
        `${name}-${issuer}-issuer`,
        {
          apiVersion,
          kind: "Issuer",
          metadata: metadata(namespace, issuer),
          spec,
        },
        inside,
      );
    }
  }
}
