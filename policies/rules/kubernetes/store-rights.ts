/** Rights inside the stores: superusers of PostgreSQL, administrators of RabbitMQ, accounts of ClickHouse that make accounts. */
import type { Violation } from "../../engine/policy.ts";
import { documentsOf } from "../../resources/documents.ts";
import { booleanAt, numberAt, objectsAt, textAt, textsAt } from "../../resources/properties.ts";
import { isObject, type Json, type Resource } from "../../resources/resource.ts";

export const storeRightsTypes = [
  "kubernetes:postgresql.cnpg.io/*:Cluster",
  "kubernetes:postgresql.cnpg.io/*:DatabaseRole",
  "kubernetes:rabbitmq.com/*:User",
  "kubernetes:rabbitmq.com/*:Permission",
  "kubernetes:core/*:ConfigMap",
  "kubernetes:core/*:Secret",
] as const;

/** Attributes of a role that lead to everything. */
const attributes = ["superuser", "createrole", "bypassrls", "replication"] as const;

export function storeRightsViolations(subject: Resource): Violation[] {
  const { type, properties } = subject;
  if (type.endsWith(":Cluster")) return clusterViolations(subject);
  if (type.endsWith(":DatabaseRole")) return attributeViolations(properties, "spec", properties);
  if (type.endsWith(":User"))
    return textsAt(properties, "spec.tags").flatMap(({ value, path }) => administrator(value, path));
  if (type.endsWith(":Permission"))
    return permissionViolations(properties.spec ?? null, "spec.permissions", "permissions.");
  return documentsOf(subject).flatMap(({ value, path }) => [
    ...definitionViolations(value, path),
    ...clickhouseViolations(value, path),
  ]);
}

function clusterViolations({ properties }: Resource): Violation[] {
  const violations: Violation[] = [];
  if (booleanAt(properties, "spec.enableSuperuserAccess") === true)
    violations.push({
      path: "spec.enableSuperuserAccess",
      value: "true",
      message: "The database's superuser may log in over the network.",
      remediation: "Set enableSuperuserAccess to false.",
    });
  for (const { value, path } of objectsAt(properties, "spec.managed.roles"))
    violations.push(...attributeViolations(value, path, value));
  return violations;
}

function attributeViolations(holder: Json, path: string, named: Json): Violation[] {
  const at = path === "spec" ? "spec." : "";
  return attributes
    .filter((attribute) => booleanAt(holder, `${at}${attribute}`) === true)
    .map((attribute) => ({
      path: `${path}.${attribute}`,
      value: "true",
      message: `The database role ${textAt(named, `${at}name`) ?? "?"} may do everything (${attribute}).`,
      remediation: `Remove ${attribute} and grant what is needed.`,
    }));
}

function administrator(tag: string, path: string): Violation[] {
  if (!/^(administrator|policymaker|monitoring_admin)$/.test(tag.trim())) return [];
  return [
    {
      path,
      value: tag,
      message: `The broker's user may change its settings (${tag}).`,
      remediation: "Remove the tag; the definitions file holds the settings.",
    },
  ];
}

function permissionViolations(holder: Json, path: string, prefix = ""): Violation[] {
  const wide = ["configure", "write", "read"].filter((right) =>
    /^\^?\(?\.[*+]\)?\$?$/.test(textAt(holder, `${prefix}${right}`) ?? ""),
  );
  if (wide.length === 0) return [];
  return [
    {
      path,
      value: wide.join(","),
      message: `The broker's user ${textAt(holder, "user") ?? "?"} may ${wide.join(", ")} every queue and topic.`,
      remediation: "Name the queues that it needs.",
    },
  ];
}

/** RabbitMQ's file of definitions. */
function definitionViolations(document: Json, path: string): Violation[] {
  if (!isObject(document) || !Array.isArray(document.vhosts)) return [];
  const users = objectsAt(document, "users").flatMap(({ value, path: at }) => {
    const tags = textsAt(value, "tags").flatMap((tag) => tag.value.split(","));
    return tags.flatMap((tag) => administrator(tag, `${path}: ${at}.tags`));
  });
  const permissions = objectsAt(document, "permissions").flatMap(({ value, path: at }) =>
    permissionViolations(value, `${path}: ${at}`),
  );
  return [...users, ...permissions];
}

/** ClickHouse's file of users. */
function clickhouseViolations(document: Json, path: string): Violation[] {
  if (!isObject(document) || !isObject(document.users)) return [];
  return Object.entries(document.users).flatMap(([name, user]): Violation[] => {
    const grants = textsAt(user, "grants.query").find(({ value }) =>
      /^GRANT\s+(ALL|ACCESS MANAGEMENT|ROLE ADMIN|CREATE USER)\b/i.test(value),
    );
    const manages = ["access_management", "named_collection_control"].find(
      (right) => booleanAt(user ?? null, right) === true || numberAt(user ?? null, right) === 1,
    );
    const found = grants?.value ?? manages;
    if (found === undefined) return [];
    return [
      {
        path: `${path}: users.${name}`,
        value: found,
        message: `The time-series store's user ${name} may do everything (${found}).`,
        remediation: "Grant what is needed, on the tables that are needed.",
      },
    ];
  });
}
