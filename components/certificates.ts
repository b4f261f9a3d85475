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
  readonly #name: string;
  readonly #args: CertificatesArgs;

  constructor(name: string, args: CertificatesArgs, options: ComponentResourceOptions) {
    super("rollout:components:Certificates", name, {}, options);
    this.#name = name;
    this.#args = args;
    this.webSecret = args.issuer.kind === "secret" ? args.issuer.secretName : "web-certificate";
    this.mqttSecret = args.issuer.kind === "secret" ? args.issuer.secretName : "mqtt-certificate";
    this.#issuer("self-signed", { selfSigned: {} });
    this.#authority(internalIssuer, "Parts of the stack");
    if (args.issuer.kind !== "secret") this.#public(args.issuer);
    this.#parts();
    this.registerOutputs({ webSecret: this.webSecret, mqttSecret: this.mqttSecret });
  }

  /** What browsers and machines see, where the team brings no certificate. */
  #public(issuer: Exclude<PublicIssuer, { kind: "secret" }>): void {
    const { domain } = this.#args;
    // An ACME authority asks the name's address on port 80, and nothing listens there on the broker's load balancer.
    this.#authority(ownIssuer, `Machines of ${domain}`);
    this.#leaf(this.mqttSecret, ownIssuer, [`mqtt.${domain}`], ["server auth"]);
    if (issuer.kind === "acme") this.#acme(issuer);
    const webIssuer = issuer.kind === "acme" ? "acme" : ownIssuer;
    this.#leaf(this.webSecret, webIssuer, [domain], ["server auth"]);
  }

  #parts(): void {
    for (const [name, dnsNames] of Object.entries(this.#args.parts)) {
      const part = name as PartName;
      const usages =
        dnsNames.length > 0 ? (["server auth", "client auth"] as const) : (["client auth"] as const);
      this.#leaf(certificateSecretOf(part), internalIssuer, dnsNames, usages, part);
    }
  }

  #leaf(
    secretName: string,
    issuer: string,
    dnsNames: readonly string[],
    usages: readonly ("server auth" | "client auth")[],
    part?: PartName,
  ): void {
    const { namespace } = this.#args;
    customResource<ICertificate>(
      `${this.#name}-${secretName}`,
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
      { parent: this },
    );
  }

  /** A certification authority whose key stays in the cluster. */
  #authority(name: string, commonName: string): void {
    const { namespace } = this.#args;
    customResource<ICertificate>(
      `${this.#name}-${name}`,
      {
        apiVersion,
        kind: "Certificate",
        metadata: metadata(namespace, name),
        spec: {
          secretName: name,
          isCA: true,
          commonName: commonName.slice(0, 64),
          issuerRef: { name: "self-signed", kind: "Issuer", group: "cert-manager.io" },
          usages: ["cert sign", "crl sign"],
          duration: hours(lifetime.authority),
          // With a new key every machine would need the authority's new certificate.
          privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Never" },
        },
      },
      { parent: this },
    );
    this.#issuer(name, { ca: { secretName: name } });
  }

  #acme(issuer: Extract<PublicIssuer, { kind: "acme" }>): void {
    const { solver } = issuer;
    const { namespace } = this.#args;
    const http01 =
      solver.kind === "ingress"
        ? { ingress: solver.className === undefined ? {} : { ingressClassName: solver.className } }
        : { gatewayHTTPRoute: { parentRefs: [{ name: solver.gateway, namespace, kind: "Gateway" }] } };
    this.#issuer("acme", {
      acme: {
        server: issuer.server,
        email: issuer.email,
        privateKeySecretRef: { name: "acme-account" },
        solvers: [{ http01 }],
      },
    });
  }

  #issuer(name: string, spec: IIssuer["spec"]): void {
    const { namespace } = this.#args;
    customResource<IIssuer>(
      `${this.#name}-${name}-issuer`,
      { apiVersion, kind: "Issuer", metadata: metadata(namespace, name), spec },
      { parent: this },
    );
  }
}
