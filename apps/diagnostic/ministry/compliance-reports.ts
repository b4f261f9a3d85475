/** The compliance reports that the ministry can read here: HTML files that another part wrote, each with its own style. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Of the machine that this stack runs on, and of the stack that the country's file plans. */
export const complianceReportNames = ["local", "planned"] as const;
export type ComplianceReportName = (typeof complianceReportNames)[number];

export interface ComplianceReports {
  /** Those that exist. */
  available(): Promise<readonly ComplianceReportName[]>;
  /** @returns undefined where it does not exist. */
  read(name: ComplianceReportName): Promise<CompliancePage | undefined>;
}

export interface CompliancePage {
  readonly html: string;
  /** Allows the page's own style and nothing else. */
  readonly contentSecurityPolicy: string;
}

/** Reports in a folder, each in a folder of its name. */
export function complianceReportsIn(folder: string): ComplianceReports {
  const file = (name: ComplianceReportName) => join(folder, name, "report.html");
  return {
    available: async () => complianceReportNames.filter((name) => existsSync(file(name))),
    async read(name) {
      try {
        const html = await readFile(file(name), "utf8");
        return { html, contentSecurityPolicy: policyOf(html) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
  };
}

function policyOf(html: string): string {
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? "";
  const hash = createHash("sha256").update(style).digest("base64");
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}
