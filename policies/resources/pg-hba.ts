/** Who may log in to PostgreSQL: the lines of pg_hba.conf, and those of CloudNativePG's cluster. */
import { isIP } from "node:net";
import { holdsOneOf } from "./hint.ts";
import { rememberLast, rememberTexts } from "./last.ts";
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
      readLine(value).map((one) => ({ ...one, path })),
    );
  return textsOf(subject).flatMap((text) =>
    text.section === "metadata" || !named(text.value)
      ? []
      : linesIn(text.value).map((one) => ({ ...one, path: text.path })),
  );
});

const linesIn = rememberTexts((text) => text.split("\n").flatMap(readLine));

function readLine(text: string): Omit<HbaLine, "path">[] {
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
  return [{ text: text.trim(), kind, method }];
}
