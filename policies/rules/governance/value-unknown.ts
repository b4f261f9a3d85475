/** No value is hidden from the policies: neither as not known yet nor as a secret that is no password. */
import { formatPath, type PathSegment } from "../../../localisation/problem.ts";
import { dataClassNames } from "../../../localisation/schema/residency.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import {
  isObject,
  isSecret,
  isUnknown,
  type Json,
  type Resource,
  typeToken,
} from "../../resources/resource.ts";

/** Settings whose value is a secret by its nature: nothing is reached or stored by it. */
const secretByName =
  /(password|passwd|passphrase|secret|secrets|token|key|keys|credentials?|cookie|certificate|cert|pem|pin)$/i;
/** In a Secret anything may be hidden, save what says by its name where something goes. */
const places = /(url|uri|dsn|host|hostname|address|endpoint|server|site|region|account|bucket)s?$/i;

export const valueUnknown: ResourcePolicy = {
  id: "value-unknown",
  area: "governance",
  scope: "resource",
  title: "Every setting can be read when it is checked.",
  risk: "An image, an address or a range of addresses that nobody sees before the update may lead anywhere.",
  types: ["*"],
  severity: "high",
  level: "mandatory",
  dataClasses: dataClassNames,
  controls: { iso27001: ["A.8.9", "A.5.14"], nist80053: ["CM-6", "AC-4"] },
  remediation: "Give the value itself, or check again on the state or on what runs.",
  check(subject) {
    // Pulumi's own and random values are stored in the state alone.
    if (/^(pulumi|random|tls)$/.test(typeToken(subject.type).package)) return [];
    const found: Violation[] = [];
    collect(subject, subject.properties, [], found);
    return found;
  },
  examples: {
    passing: [
      {
        pulumi: `
accounts: { type: aws:rds/instance:Instance, properties: { password: { fn::secret: correct-horse } } }
login:
  type: kubernetes:core/v1:Secret
  properties:
    metadata: { name: login, namespace: rollout }
    stringData: { fn::secret: { user: ingest } }`,
      },
    ],
    failing: [
      {
        pulumi: `
app:
  type: kubernetes:core/v1:Pod
  properties:
    metadata: { name: app, namespace: rollout }
    spec:
      containers:
        - name: app
          image: ${"04da6b54-80e4-46f7-96ec-b56ff0331ba9"}
          env: [{ name: UPLOAD, value: { fn::secret: "https://collect.example.com" } }]`,
        findings: `
rollout/Pod/app spec.containers[0].image: The value is not known before the resource exists, so it can't be checked. Give the value itself, or check again on the state after \`rollout up\`.
rollout/Pod/app spec.containers[0].env[0].value: The value of UPLOAD is hidden as a secret, so where it leads can't be checked. Keep in secrets only what is secret, or check what runs with --live.`,
      },
      {
        pulumi: `
crm:
  type: kubernetes:core/v1:Secret
  properties:
    metadata: { name: crm, namespace: rollout }
    stringData: { url: { fn::secret: "https://crm.example.com" }, word: { fn::secret: correct-horse } }`,
        findings:
          "rollout/Secret/crm stringData.url: The value of url is hidden as a secret, so where it leads can't be checked. Keep in secrets only what is secret, or check what runs with --live.",
      },
    ],
  },
};

function collect(
  subject: Resource,
  value: Json | undefined,
  /** As it is at the time; a path is written out only where something is found. */
  path: PathSegment[],
  into: Violation[],
  /** The key, or the name in a list of `{ name, value }`. */
  name = "",
): void {
  if (isUnknown(value))
    into.push({
      path: formatPath(path),
      message: "The value is not known before the resource exists, so it can't be checked.",
      remediation: "Give the value itself, or check again on the state after `rollout up`.",
      undetermined: true,
    });
  else if (isSecret(value)) {
    if (isHidden(subject, name))
      into.push({
        path: formatPath(path),
        message: `The value of ${name} is hidden as a secret, so where it leads can't be checked.`,
        remediation: "Keep in secrets only what is secret, or check what runs with --live.",
        undetermined: true,
      });
  } else if (Array.isArray(value))
    for (const [index, item] of (value as readonly Json[]).entries()) {
      path.push(index);
      collect(subject, item, path, into, name);
      path.pop();
    }
  else if (isObject(value))
    for (const [key, item] of Object.entries(value)) {
      path.push(key);
      collect(
        subject,
        item,
        path,
        into,
        key === "value" && typeof value.name === "string" ? value.name : key,
      );
      path.pop();
    }
}

const isHidden = ({ type }: Resource, name: string): boolean =>
  /^kubernetes:core\/v1:Secret(Patch)?$/.test(type) ? places.test(name) : !secretByName.test(name);
