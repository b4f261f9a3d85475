/** Pages load nothing from other hosts: no font, script, map, captcha or analytics. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { workloads } from "../../resources/pods.ts";
import { textsOf } from "../../resources/texts.ts";

const directive =
  /\b(default|script|script-elem|style|font|connect|img|frame|media|worker|form-action|object|manifest)(?:-src(?:-elem)?)?\s+([^;"\n\\]+)/g;
const policySign = /\b(default|script|style|font|connect|img|frame)-src\b/;

export const pageSources: ResourcePolicy = {
  id: "page-sources",
  area: "flows",
  scope: "resource",
  title: "Pages load fonts, scripts, images and data from the stack only.",
  risk: "A font or script from another host tells that host each visitor's address and page; a script can also read what visitors type.",
  types: [
    ...workloads,
    "kubernetes:core/*:ConfigMap",
    "kubernetes:networking.k8s.io/*:Ingress",
    "kubernetes:gateway.networking.k8s.io/*:HTTPRoute",
    "kubernetes:traefik.io/*:Middleware",
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers"],
  controls: { iso27001: ["A.8.26", "A.8.23"], nist80053: ["AC-4", "SC-7(10)"] },
  remediation: "Serve the file from the stack and allow only 'self' in the Content-Security-Policy.",
  check: (subject, context) =>
    textsOf(subject).flatMap((text): Violation[] => {
      const { value } = text;
      if (!value.includes("-src") || !policySign.test(value)) return [];
      const sources = [...value.matchAll(directive)].flatMap((match) =>
        (match[2] ?? "")
          .trim()
          .split(/\s+/)
          .map((source) => ({ of: match[1] ?? "", source })),
      );
      return sources.flatMap(({ of, source }): Violation | [] => {
        const where = outsideSource(source, (host) => context.outside(host));
        if (where === undefined) return [];
        return {
          path: text.path,
          value: source,
          message: `Pages may load ${of === "default" ? "anything" : `${of} sources`} from ${where}.`,
          remediation: "Serve it from the stack and allow only 'self'.",
        };
      });
    }),
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: web, namespace: rollout }
data: { headers: "Content-Security-Policy: default-src 'self'; img-src 'self' data:; frame-ancestors 'none'" }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: web, namespace: rollout }
data: { headers: "Content-Security-Policy: default-src 'self'; font-src fonts.gstatic.com; script-src 'self' https:" }`,
        findings: `
rollout/ConfigMap/web data.headers: Pages may load font sources from fonts.gstatic.com, which the file does not register. Serve it from the stack and allow only 'self'.
rollout/ConfigMap/web data.headers: Pages may load script sources from any host. Serve it from the stack and allow only 'self'.`,
      },
    ],
  },
};

/** How a message names a source outside the stack; undefined for `'self'`, `data:` and the stack's own hosts. */
function outsideSource(source: string, outside: (host: string) => string | undefined): string | undefined {
  if (source.startsWith("'") || /^(data|blob|mediastream|filesystem):$/.test(source)) return undefined;
  if (/^(\*|https?:|wss?:)(\/\/\*)?$/.test(source)) return "any host";
  const host = source
    .replace(/^[a-z]+:\/\//, "")
    .replace(/[:/].*$/, "")
    .replace(/^\*\./, "");
  return /\./.test(host) ? outside(host.toLowerCase()) : undefined;
}
