/** Writes the JSON Schema of report.json, which auditors' own tools read reports by. */
import { ReportSchema } from "../../compliance/report-schema.ts";

export function reportSchema(): string {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Compliance report",
    ...ReportSchema,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
