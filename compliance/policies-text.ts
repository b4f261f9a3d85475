/** The policies' texts and metadata, as a report's hash of them counts them and as people read them; their code belongs to the version of the kit. */
import { annexControls, securityControls } from "../policies/engine/controls.ts";
import { policies } from "../policies/rules/catalogue.ts";
import { canonicalJson, sha256 } from "./canonical.ts";

/** Canonical JSON (RFC 8785): a list of policies. */
export function policiesText(): string {
  return canonicalJson(
    policies.map(({ id, area, title, risk, severity, level, dataClasses, controls, remediation }) => ({
      id,
      area,
      title,
      risk,
      severity,
      level,
      dataClasses,
      controls,
      remediation,
    })),
  );
}

export const policiesHash = (): string => sha256(policiesText());

/** Markdown. */
export function policiesForPeople(): string {
  const ofAll = policies.map(({ id, title, risk, severity, level, controls, remediation }) => {
    const named = [
      ...controls.iso27001.map((control) => `ISO/IEC 27001:2022 ${control} ${annexControls[control]}`),
      ...controls.nist80053.map((control) => `NIST SP 800-53 ${control} ${securityControls[control]}`),
    ];
    return `## ${id}\n${title} (${severity}, ${level})\n\n- Risk: ${risk}\n- How to fix it: ${remediation}\n- Controls: ${named.join("; ")}\n`;
  });
  return `# Policies\nWhat the kit checks. The report says for each what was found, and by which articles of the country's law.\n\n${ofAll.join("\n")}`;
}
