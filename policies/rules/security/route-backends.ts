/** From the gateway to the pods: TLS, with the certificate checked. */
import type { Violation } from "../../engine/policy.ts";
import {
  annotationsOf,
  booleanAt,
  numberAt,
  objectAt,
  objectsAt,
  objectsIn,
  textAt,
} from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";

/** Kinds of single controllers that say how pods are reached. */
export const backendKinds = [
  "kubernetes:traefik.io/*:ServersTransport",
  "kubernetes:traefik.io/*:ServersTransportTCP",
  "kubernetes:traefik.io/*:IngressRoute",
  "kubernetes:traefik.io/*:TLSOption",
  "kubernetes:networking.istio.io/*:DestinationRule",
  "kubernetes:networking.istio.io/*:Gateway",
  "kubernetes:security.istio.io/*:PeerAuthentication",
  "kubernetes:projectcontour.io/*:HTTPProxy",
  "kubernetes:gateway.envoyproxy.io/*:Backend",
  "kubernetes:gateway.envoyproxy.io/*:ClientTrafficPolicy",
] as const;

const useTls = "Use HTTPS, or the same of the controller.";
const check = "Set proxy-ssl-verify to on and name the authority in proxy-ssl-secret.";
const stronger = "Use TLS 1.2 or newer.";

/** Annotations of routes and Services, by controller. */
const annotations: readonly (readonly [key: RegExp, value: RegExp, what: string, how: string])[] = [
  [
    /(backend-protocol|backend-protocol-version|upstream-protocol|serversscheme|protocol)$/,
    /^(HTTP|GRPC|FCGI|AUTO_HTTP|h2c|http|grpc|tcp|plaintext)$/,
    "The gateway speaks to the pods without TLS",
    useTls,
  ],
  [
    /(secure-backends|server-ssl|backend-tls|tls-enabled|ssl-services)$/,
    /^(false|off|0)$/,
    "The gateway speaks to the pods without TLS",
    useTls,
  ],
  [
    /(proxy-ssl-verify|server-ssl-verify|tls-verify|verify-server)$/,
    /^(off|false|no|none|0)$/i,
    "The gateway checks no certificate of the pods",
    check,
  ],
  [
    /(insecure-?skip-?verify|skip-verify|allow-insecure-backend)$/i,
    /^(true|on|1)$/i,
    "The gateway checks no certificate of the pods",
    check,
  ],
  [
    /(ssl-protocols|proxy-ssl-protocols|tls-min(imum)?-?(protocol-)?version|ssl-min-ver|minimum-protocol-version)$/i,
    /(SSLv|TLSv?1(\.[01])?(?![.\d])|^1\.[01]$)/i,
    "It speaks TLS before 1.2",
    stronger,
  ],
  [
    /ssl-(negotiation-)?policy$/,
    /^ELBSecurityPolicy-(2015-05|2016-08|TLS-1-[01]-|FS-(2018-06|1-1-))/,
    "It speaks TLS before 1.2",
    stronger,
  ],
  [
    /ssl-ciphers$/,
    /(^|:)(NULL|aNULL|eNULL|RC4|3?DES|EXPORT|ADH|MD5)\b/,
    "It allows ciphers that protect nothing",
    stronger,
  ],
  [
    /(allow-http|ssl-redirect-disabled|disable-ssl-redirect)$/,
    /^true$/,
    "Plain HTTP is answered instead of redirected",
    useTls,
  ],
];

/** `projectcontour.io/upstream-protocol.h2c`: the protocol is in the key. */
const plainKey = /upstream-protocol\.(h2c|http)$/;

/** Ports that speak TLS, by their number or name. */
const tlsPort = /^(443|8443|https|https-\w+|tls)$/;

export function backendViolations(subject: Resource): Violation[] {
  const { type } = subject;
  const given = annotationsOf(subject);
  const found = [...given].flatMap(([key, value]): Violation | [] => {
    const path = `metadata.annotations["${key}"]`;
    if (plainKey.test(key))
      return {
        path,
        value,
        message: `The gateway speaks to the pods without TLS (${key}).`,
        remediation: useTls,
      };
    const sign = annotations.find(([name, setting]) => name.test(key) && setting.test(value.trim()));
    if (sign === undefined || (sign[1].test("tcp") && /aws-load-balancer/.test(key))) return [];
    return { path, value, message: `${sign[2]} (${value}).`, remediation: sign[3] };
  });
  const settings = type.startsWith("kubernetes:core") ? [] : settingViolations(subject);
  return [...found, ...(type.endsWith(":Ingress") ? unsaid(subject, given) : []), ...settings];
}

/** nginx speaks plain HTTP, and checks nothing, unless an annotation says otherwise. */
function unsaid({ properties }: Resource, given: ReadonlyMap<string, string>): Violation[] {
  const has = (ending: string) => [...given.keys()].some((key) => key.endsWith(ending));
  const nginx = "nginx.ingress.kubernetes.io/";
  if (/^HTTPS|GRPCS$/.test(given.get(`${nginx}backend-protocol`) ?? "") && !has("proxy-ssl-verify"))
    return [
      {
        path: `metadata.annotations["${nginx}proxy-ssl-verify"]`,
        message: "The gateway checks no certificate of the pods.",
        remediation: check,
      },
    ];
  if (
    has("backend-protocol") ||
    has("ssl-passthrough") ||
    has("server-ssl") ||
    has("serversscheme") ||
    has("protocol")
  )
    return [];
  const ports = objectsAt(properties, "spec.rules")
    .flatMap(({ value, path }) =>
      objectsAt(value, "http.paths").map((route) => ({ value: route.value, path: `${path}.${route.path}` })),
    )
    .flatMap(({ value, path }) => {
      const port = objectAt(value, "backend.service.port");
      const named = textAt(port ?? null, "name") ?? String(numberAt(port ?? null, "number") ?? "");
      return tlsPort.test(named) ? [{ path: `${path}.backend.service.port`, value: named }] : [];
    });
  return ports.slice(0, 1).map(({ path, value }) => ({
    path,
    value,
    message: `No annotation says that the pods' port ${value} speaks TLS, so the gateway sends plain HTTP.`,
    remediation: `Set ${nginx}backend-protocol to HTTPS and ${nginx}proxy-ssl-verify to on.`,
  }));
}

/** Settings of the kinds themselves. */
function settingViolations({ type, properties }: Resource): Violation[] {
  const violations: Violation[] = [];
  const add = (path: string, value: string, message: string, remediation: string) =>
    violations.push({ path, value, message: `${message} (${value}).`, remediation });
  for (const { value, path } of objectsIn(properties)) {
    if (!path.startsWith("spec")) continue;
    for (const name of ["insecureSkipVerify", "insecureSkipTLSVerify", "skipVerify"])
      if (booleanAt(value, name) === true)
        add(
          `${path}.${name}`,
          "true",
          "The gateway checks no certificate of the pods",
          "Name the authority instead.",
        );
    const oldest = ["minVersion", "minProtocolVersion", "minimumProtocolVersion"].find((name) =>
      /^(VersionTLS1[01]|TLSV1_[01]|TLS_AUTO|1\.[01]|VersionSSL30)$/.test(textAt(value, name) ?? ""),
    );
    if (oldest !== undefined)
      add(`${path}.${oldest}`, textAt(value, oldest) ?? "", "It speaks TLS before 1.2", stronger);
    if (
      type.includes("istio.io") &&
      /tls|mtls/i.test(path) &&
      /^(DISABLE|PERMISSIVE)$/.test(textAt(value, "mode") ?? "")
    )
      add(
        `${path}.mode`,
        textAt(value, "mode") ?? "",
        "Pods talk without TLS",
        "Use ISTIO_MUTUAL or STRICT.",
      );
    if (
      type.endsWith(":IngressRoute") &&
      /services\[\d+\]$/.test(path) &&
      /^(http|h2c)$/.test(textAt(value, "scheme") ?? "")
    )
      add(
        `${path}.scheme`,
        textAt(value, "scheme") ?? "",
        "The gateway speaks to the pods without TLS",
        useTls,
      );
    if (type.endsWith(":HTTPProxy") && /services\[\d+\]$/.test(path) && textAt(value, "protocol") === "h2c")
      add(`${path}.protocol`, "h2c", "The gateway speaks to the pods without TLS", useTls);
  }
  const known = "spec.validation.wellKnownCACertificates";
  if (type.endsWith(":BackendTLSPolicy") && textAt(properties, known) !== undefined)
    add(
      known,
      textAt(properties, known) ?? "",
      "Any public authority may vouch for the pods",
      "Name the stack's own in caCertificateRefs.",
    );
  return violations;
}
