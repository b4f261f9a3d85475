/** Reads report.json and checks it against its schema and against the exact bytes that the kit writes. */
import { InputError } from "../base/kit-error.ts";
import { newValidator } from "../localisation/check/schema-check.ts";
import { type Report, ReportSchema, readFormats } from "./report-schema.ts";

/**
 * @param name of the file, for messages.
 * @throws InputError
 */
export function parseReport(bytes: Buffer, name: string): Report {
  const text = bytes.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong(name, "is not JSON, or a part of it is missing");
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (!(readFormats as readonly unknown[]).includes(format))
    throw wrong(
      name,
      format === undefined
        ? "is not a report"
        : `is a report in the format ${JSON.stringify(format).slice(0, 40)}; this version reads ${readFormats.join(" and ")}`,
    );
  const check = newValidator({ allErrors: false }).compile(ReportSchema);
  if (!check(value)) {
    const [error] = check.errors ?? [];
    throw wrong(
      name,
      `is not a complete report: ${error?.instancePath || "/"} ${error?.message ?? "is wrong"}`,
    );
  }
  // A duplicate key would be lost in parsing.
  if (`${JSON.stringify(value, null, 2)}\n` !== text)
    throw wrong(
      name,
      "is not in the form in which the kit writes it: it has a duplicate key, or it was edited",
    );
  return value as Report;
}

const wrong = (name: string, why: string) =>
  new InputError(`${name} ${why}.`, "Name a report that `rollout report` wrote.");
