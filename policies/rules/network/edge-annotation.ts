/** What a route's annotations, class and rules put in front of the stack, or send elsewhere. */
import { field, isPortable, matches } from "../../cel/cel.ts";
import { isAllowedHost } from "../../cel/hosts.ts";
import type { PolicyContext } from "../../engine/context.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { annotationsOf } from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";
import { snippetViolations } from "./route-snippets.ts";
import { routedElsewhere } from "./route-targets.ts";
import { classEdge } from "./tunnel-programs.ts";

const edges: readonly (readonly [key: RegExp, value: RegExp, what: string])[] = [
  [/cloudflare-proxied$/, /^true$/, "Cloudflare's network"],
  [
    /^cloudflare-operator\.io\/|^cloudflare-tunnel|^cloudflare\.com\/|cfargotunnel/,
    /./,
    "Cloudflare's tunnel",
  ],
  [
    /^networking\.gke\.io\/|^cloud\.google\.com\/(backend-config|neg)/,
    /cdn|backend-?config/i,
    "Google's edge",
  ],
  [
    /^kubernetes\.io\/ingress\.global-static-ip-name$|internal-load-balancer-allow-global-access$/,
    /./,
    "Google's edge",
  ],
  [/^service\.beta\.kubernetes\.io\/azure-.*(frontdoor|cdn)/i, /./, "Azure's edge"],
  [
    /(^|[./-])(cdn|akamai|fastly|cloudfront|globalaccelerator|global-accelerator)([./-]|$)/i,
    /./,
    "a content network",
  ],
  [/ngrok\.com\/|^ngrok\//, /./, "a tunnel"],
  [
    /^tailscale\.com\/(funnel|expose|hostname|tailnet-fqdn|tailnet-ip|proxy-class|proxy-group)/,
    /./,
    "a tunnel",
  ],
  [
    /(^|[./-])(inlets|zrok|frp|chisel|twingate|netbird|zerotier|pangolin|localtunnel|teleport\.dev|loophole|playit|border0)([./-]|$)/i,
    /./,
    "a tunnel",
  ],
  [
    /(access[-_]?logs?|accesslog)[-_.](emit|enabled|s3|bucket|destination)|access-log-.*bucket/i,
    /^(?!(false|0)$)./,
    "a log of every visitor, kept by the cloud,",
  ],
  [
    /load-balancer-attributes$/,
    /(access|connection)_logs\.s3\.enabled=true/,
    "a log of every visitor, kept by the cloud,",
  ],
  [/^(route-reflector|kubevip|lb)\.[\w.-]*\/export$/, /./, "another network"],
];

/** Annotations that name the class of a route or its load balancer. */
const classKeys = /(ingress\.class|ingressclass|ingress-class|loadbalancer-class|load-balancer-class)$/i;

export const edgeAnnotation: ResourcePolicy = {
  id: "edge-annotation",
  area: "network",
  scope: "resource",
  title: "Routes lead into the stack alone: no content network, tunnel, redirect, mirror or login elsewhere.",
  risk: "One annotation or rule gives the DNS name to a network that ends TLS abroad, or sends each request and its cookies to somebody else.",
  types: [
    "kubernetes:core/*:Service",
    "kubernetes:networking.k8s.io/*:Ingress",
    "kubernetes:networking.k8s.io/*:IngressClass",
    "kubernetes:gateway.networking.k8s.io/*:Gateway",
    "kubernetes:gateway.networking.k8s.io/*:GatewayClass",
    "kubernetes:gateway.networking.k8s.io/*:HTTPRoute",
    "kubernetes:gateway.networking.k8s.io/*:GRPCRoute",
    "kubernetes:gateway.networking.k8s.io/*:TCPRoute",
    "kubernetes:gateway.networking.k8s.io/*:TLSRoute",
    "kubernetes:gateway.networking.k8s.io/*:UDPRoute",
    "kubernetes:externaldns.k8s.io/*:DNSEndpoint",
    "kubernetes:traefik.io/*:IngressRoute",
    "kubernetes:traefik.io/*:IngressRouteTCP",
    "kubernetes:traefik.io/*:IngressRouteUDP",
    "kubernetes:traefik.io/*:Middleware",
    "kubernetes:traefik.io/*:MiddlewareTCP",
    "kubernetes:traefik.io/*:TraefikService",
    "kubernetes:projectcontour.io/*:HTTPProxy",
    "kubernetes:networking.istio.io/*:VirtualService",
    "kubernetes:networking.istio.io/*:Gateway",
    "kubernetes:networking.istio.io/*:DestinationRule",
    "kubernetes:getambassador.io/*:Mapping",
    "kubernetes:getambassador.io/*:TCPMapping",
    "kubernetes:apisix.apache.org/*:ApisixRoute",
    "kubernetes:apisix.apache.org/*:ApisixUpstream",
    "kubernetes:k8s.nginx.org/*:VirtualServer",
    "kubernetes:k8s.nginx.org/*:VirtualServerRoute",
    "kubernetes:k8s.nginx.org/*:TransportServer",
    "kubernetes:gateway.envoyproxy.io/*:Backend",
    "kubernetes:gateway.envoyproxy.io/*:SecurityPolicy",
    "kubernetes:gateway.envoyproxy.io/*:HTTPRouteFilter",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.14", "A.8.20"], nist80053: ["SC-7(4)", "SA-9(5)"] },
  remediation: "Remove it, or register the host under `residency.endpoints` with its country.",
  check: (subject, context) => [
    ...annotationViolations(subject, context),
    ...routedElsewhere(subject, context),
  ],
  admission: {
    types: [
      "kubernetes:core/*:Service",
      "kubernetes:networking.k8s.io/*:Ingress",
      "kubernetes:gateway.networking.k8s.io/*:Gateway",
      "kubernetes:gateway.networking.k8s.io/*:HTTPRoute",
      "kubernetes:externaldns.k8s.io/*:DNSEndpoint",
    ],
    misses:
      "Classes, snippets, rules and the kinds of single controllers are not checked; of annotations with a host, those with an address.",
    lets: ({ message, value }) =>
      /^The (class|snippet)|^It (leads|sends)/.test(message) ||
      (message.startsWith("It names") && !/^https?:\/\/[^$]+$/.test(value ?? "")),
    rules: (context) => {
      const annotations = field("object", "metadata.annotations", "{}");
      const address = `${annotations}[key]`;
      return [
        ...edges
          .filter(([key, value]) => isPortable(key) && isPortable(value))
          .map(([key, value, what]) => ({
            expression: `${annotations}.all(key, !(${matches("key", key)} && ${matches(address, value)}))`,
            message: `An annotation puts ${what} in front of it.`,
          })),
        {
          expression: `${annotations}.all(key, !(${matches("key", routing)} && ${matches(address, /^https?:\/\/[^$]+$/)} && isURL(${address})) || [url(${address}).getHostname().lowerAscii()].all(host, ${isAllowedHost("host", context)}))`,
          message: "An annotation sends requests to a host that the file does not register.",
        },
      ];
    },
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: pages
  annotations:
    external-dns.alpha.kubernetes.io/cloudflare-proxied: "false"
    nginx.ingress.kubernetes.io/configuration-snippet: 'more_set_headers "Permissions-Policy: camera=()";'
spec: { ingressClassName: nginx, tls: [{ hosts: [sme.example.gov.za] }], rules: [{ host: sme.example.gov.za }] }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: pages
  annotations: { external-dns.alpha.kubernetes.io/cloudflare-proxied: "true" }
spec: { tls: [{ hosts: [sme.example.gov.za] }], rules: [{ host: sme.example.gov.za }] }`,
        findings: `Ingress/pages metadata.annotations["external-dns.alpha.kubernetes.io/cloudflare-proxied"]: external-dns.alpha.kubernetes.io/cloudflare-proxied: true puts Cloudflare's network in front of it. Remove the annotation.`,
      },
      {
        manifests: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: pages
  annotations:
    nginx.ingress.kubernetes.io/auth-url: https://login.example.com/auth
    nginx.ingress.kubernetes.io/server-snippet: "location /x { return 200; }"
spec: { ingressClassName: cloudflare-tunnel }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: pages, namespace: rollout }
spec:
  rules:
    - filters: [{ type: RequestRedirect, requestRedirect: { hostname: login.example.com } }]
    - backendRefs: [{ kind: ServiceImport, group: multicluster.x-k8s.io, name: pages }]`,
        findings: `
Ingress/pages metadata.annotations["nginx.ingress.kubernetes.io/auth-url"]: It names login.example.com, which the file does not register. Remove it, or register the host under residency.endpoints with its country.
Ingress/pages metadata.annotations["nginx.ingress.kubernetes.io/server-snippet"]: The snippet does more than set headers and limits (location, return). Remove it; use the controller's own annotations.
Ingress/pages spec.ingressClassName: The class cloudflare-tunnel puts Cloudflare's network in front of it. Use the class of the cluster's own gateway.
rollout/HTTPRoute/pages spec.rules[0].filters[0].requestRedirect.hostname: It leads to login.example.com, which the file does not register. Remove it, or register the host under residency.endpoints with its country.
rollout/HTTPRoute/pages spec.rules[1].backendRefs[0].kind: It sends requests to a ServiceImport, which is in no pod of the namespace. Name a Service of the namespace.`,
      },
    ],
  },
};

/** Keys of controllers that route, sign in, name or log. Others, such as notes of tools that deploy, are for people. */
const routing =
  /nginx|traefik|haproxy|contour|konghq|istio|ambassador|apisix|alb\.ingress|aws-load-balancer|azure|appgw|gke\.io|cloud\.google|external-dns|ingress\.|envoyproxy|consul|linkerd|skupper|kuma|openshift\.io\/(balance|ip_whitelist|rewrite)|citrix|netscaler|f5\.com|tyk|voyager|easegress|oauth2|authelia|auth0/i;

function annotationViolations(subject: Resource, context: PolicyContext): Violation[] {
  return [...annotationsOf(subject)].flatMap(([key, value]): Violation | readonly Violation[] => {
    const path = `metadata.annotations["${key}"]`;
    const edge = edges.find(([name, setting]) => name.test(key) && setting.test(value));
    if (edge !== undefined)
      return {
        path,
        value,
        message: `${key}: ${value} puts ${edge[2]} in front of it.`,
        remediation: "Remove the annotation.",
      };
    const inFront = classKeys.test(key) ? classEdge(value) : undefined;
    if (inFront !== undefined)
      return {
        path,
        value,
        message: `The class ${value} puts ${inFront} in front of it.`,
        remediation: "Use the class of the cluster's own gateway.",
      };
    return routing.test(key) ? snippetViolations(key, value, path, context) : [];
  });
}
