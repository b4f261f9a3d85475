/** The compliance reports that the ministry can read here: pages that were written before, each with its own style. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** Of the machine that this stack runs on, and of the stack that the country's file plans. */
export const complianceReportNames = ["local", "planned"] as const;
export type ComplianceReportName = (typeof complianceReportNames)[number];

export interface ComplianceReports {
  /** Those that are there. */
  available(): Promise<readonly ComplianceReportName[]>;
  /** @returns undefined where it isn't there. */
  read(name: ComplianceReportName): Promise<CompliancePage | undefined>;
}

export interface CompliancePage {
  readonly html: string;
  /** Lets the page's own style pass and nothing else. */
  readonly contentSecurityPolicy: string;
}

/** Reports in a folder, each in a folder of its name. */
export function complianceReportsIn(folder: string): ComplianceReports {
  const file = (name: ComplianceReportName) => join(folder, name, "report.html");
  return {
    async available() {
      const found = await Promise.all(
        complianceReportNames.map(async (name) => ((await exists(file(name))) ? [name] : [])),
      );
      return found.flat();
    },
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

async function exists(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function policyOf(html: string): string {
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? "";
  const hash = createHash("sha256").update(style).digest("base64");
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}
