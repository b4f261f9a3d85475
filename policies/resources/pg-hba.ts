/** Who may log in to PostgreSQL: the lines of pg_hba.conf, and those of CloudNativePG's cluster. */
import { isIP } from "node:net";
import { holdsOneOf } from "./hint.ts";
import { rememberLast } from "./last.ts";
import { textsAt } from "./properties.ts";
import type { Resource } from "./resource.ts";
import { textsOf } from "./texts.ts";

/** A line for connections over the network from other machines. */
export interface HbaLine {
  readonly text: string;
  /** host, hostssl, hostnossl, hostgssenc or hostnogssenc. */
  readonly kind: string;
  readonly method: string;
  readonly path: string;
}

const line = /^[ \t]*(host|hostssl|hostnossl|hostgssenc|hostnogssenc)[ \t]+(\S.*)$/;

const named = holdsOneOf("host ", "host\t", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc");

export const hbaLines = rememberLast((subject: Resource): readonly HbaLine[] => {
  if (subject.type.includes("postgresql.cnpg.io"))
    return textsAt(subject.properties, "spec.postgresql.pg_hba").flatMap(({ value, path }) =>
      readLine(value, path),
    );
  return textsOf(subject).flatMap(({ value, path, section }) =>
    section === "metadata" || !named(value) ? [] : value.split("\n").flatMap((one) => readLine(one, path)),
  );
});

function readLine(text: string, path: string): HbaLine[] {
  const [, kind = "", rest = ""] = line.exec(text) ?? [];
  const [database, user, address = "", third = "", fourth = ""] = rest.split(/[ \t]+/);
  if (kind === "" || database === undefined || user === undefined) return [];
  // The mask may stand in a column of its own.
  const method = (isIP(third) === 0 ? third : fourth).toLowerCase();
  const isRange =
    address === "all" ||
    address.startsWith("same") ||
    address.startsWith(".") ||
    isIP(address.split("/")[0] ?? "") > 0;
  if (!/^[a-z0-9-]+$/.test(method) || !(isRange || address.includes("."))) return [];
  if (/^(127\.|::1|localhost$)/.test(address)) return [];
  return [{ text: text.trim(), kind, method, path }];
}
