/** Queues and policies of RabbitMQ that drop messages, or keep them on one machine. */
import type { Violation } from "../../engine/policy.ts";
import { documentsOf } from "../../resources/documents.ts";
import { booleanAt, numberAt, objectAt, objectsAt, textAt } from "../../resources/properties.ts";
import { isObject, type Json, type Resource } from "../../resources/resource.ts";

export function queueViolations(subject: Resource): Violation[] {
  const { type, properties } = subject;
  const spec = properties.spec ?? null;
  if (/rabbitmq\.com.*Policy$/.test(type)) return policyViolations(spec, "spec", []);
  if (/rabbitmq\.com.*:Queue$/.test(type)) return queueProblems(spec, "spec");
  return documentsOf(subject).flatMap(({ value, path }) => {
    if (!isObject(value) || !(Array.isArray(value.policies) || Array.isArray(value.queues))) return [];
    const queues = objectsAt(value, "queues").map((queue) => queue.value);
    const names = queues.map((queue) => textAt(queue, "name") ?? "");
    return [
      ...objectsAt(value, "policies").flatMap((policy) => policyViolations(policy.value, path, names)),
      ...queues.flatMap((queue) => queueProblems(queue, path)),
    ];
  });
}

/** Whether a policy's pattern may match one of the queues. Its fixed beginning decides, so that no pattern takes long. */
function matchesAny(pattern: string, queues: readonly string[]): boolean {
  const isAnchored = pattern.startsWith("^");
  const fixed = /^[\w/-]*/.exec(pattern.slice(isAnchored ? 1 : 0))?.[0] ?? "";
  if (queues.length === 0) return !/subscription|amq\.gen|session/.test(pattern);
  return queues.some((name) =>
    isAnchored ? name.startsWith(fixed) || fixed.startsWith(name) : name.includes(fixed),
  );
}

function policyViolations(policy: Json, path: string, queues: readonly string[]): Violation[] {
  const pattern = textAt(policy, "pattern") ?? "";
  if (textAt(policy, "apply-to") === "exchanges" || !matchesAny(pattern, queues)) return [];
  return dropped(
    objectAt(policy, "definition") ?? {},
    "",
    `The policy ${textAt(policy, "name") ?? "?"}`,
    path,
  );
}

/** Limits of a policy, or with `x-` those of a queue's arguments. */
function dropped(limits: Json, prefix: string, who: string, path: string): Violation[] {
  const violations: Violation[] = [];
  const add = (value: string, remediation: string) =>
    violations.push({
      path,
      value,
      message: `${who} drops messages that nobody has read (${value}).`,
      remediation,
    });
  for (const name of ["message-ttl", "expires"].map((limit) => `${prefix}${limit}`)) {
    const time = numberAt(limits, name);
    if (time !== undefined) add(`${name} ${time}`, `Remove ${name}, or keep it from queues of readings.`);
  }
  const overflow = textAt(limits, `${prefix}overflow`);
  const length = ["max-length", "max-length-bytes"]
    .map((limit) => [`${prefix}${limit}`, numberAt(limits, `${prefix}${limit}`)] as const)
    .find(([, most]) => most !== undefined);
  if (length !== undefined && !overflow?.startsWith("reject-publish"))
    add(
      `${length[0]} ${length[1]} without overflow reject-publish`,
      `Set ${prefix}overflow to reject-publish.`,
    );
  else if (length === undefined && overflow === "drop-head")
    add(`${prefix}overflow drop-head`, `Set ${prefix}overflow to reject-publish.`);
  const deliveries = numberAt(limits, `${prefix}delivery-limit`);
  if (
    deliveries !== undefined &&
    deliveries >= 0 &&
    textAt(limits, `${prefix}dead-letter-exchange`) === undefined
  )
    add(
      `${prefix}delivery-limit ${deliveries} without a dead-letter exchange`,
      `Set ${prefix}delivery-limit to -1.`,
    );
  for (const size of ["target-group-size", "quorum-initial-group-size"].map((name) => `${prefix}${name}`)) {
    const members = numberAt(limits, size);
    if (members !== undefined && members < 3)
      violations.push({
        path,
        value: `${size} ${members}`,
        message: `${who} keeps messages on ${members} machine${members === 1 ? "" : "s"} (${size}).`,
        remediation: `Set ${size} to 3.`,
      });
  }
  return violations;
}

function queueProblems(queue: Json, path: string): Violation[] {
  const name = textAt(queue, "name") ?? "?";
  const values = objectAt(queue, "arguments") ?? {};
  const violations = dropped(values, "x-", `The queue ${name}`, path);
  const gone = booleanAt(queue, "durable") === false ? "durable false" : undefined;
  const found =
    gone ??
    (["auto_delete", "autoDelete"].some((key) => booleanAt(queue, key) === true)
      ? "auto_delete true"
      : undefined);
  if (found !== undefined)
    violations.push({
      path,
      value: found,
      message: `The queue ${name} is lost with its messages when the broker or its reader stops (${found}).`,
      remediation: "Set durable to true and auto_delete to false.",
    });
  const kind = textAt(values, "x-queue-type") ?? textAt(queue, "type") ?? "classic";
  if (kind !== "quorum" && kind !== "stream")
    violations.push({
      path,
      value: kind,
      message: `The queue ${name} is on one machine (x-queue-type ${kind}).`,
      remediation: "Use a quorum queue.",
    });
  return violations;
}
