/** A copy of everything that the relational store holds about a company, for its right of access. */
import { eq, inArray } from "drizzle-orm";
import type { Database } from "../../../stores/relational/database.ts";
import {
  account,
  answer,
  assessment,
  company,
  credential,
  machine,
  site,
} from "../../../stores/relational/schema.ts";

export async function companyData(database: Database, id: string) {
  const [own] = await database.select().from(company).where(eq(company.id, id));
  const assessments = await database.select().from(assessment).where(eq(assessment.companyId, id));
  const ids = assessments.map((one) => one.id);
  const answers = await database.select().from(answer).where(inArray(answer.assessmentId, ids));
  return {
    company: own,
    // Hashes of passwords are secrets, not data about the company.
    accounts: await database
      .select({
        email: account.email,
        isOwner: account.isOwner,
        language: account.language,
        createdAt: account.createdAt,
        noticeReadAt: account.noticeReadAt,
      })
      .from(account)
      .where(eq(account.companyId, id)),
    sites: await database.select().from(site).where(eq(site.companyId, id)),
    machines: await database.select().from(machine).where(eq(machine.companyId, id)),
    machineLogins: await database
      .select({
        username: credential.username,
        createdAt: credential.createdAt,
        revokedAt: credential.revokedAt,
      })
      .from(credential)
      .where(eq(credential.companyId, id)),
    assessments: assessments.map((one) => ({
      ...one,
      answers: answers.filter(({ assessmentId }) => assessmentId === one.id),
    })),
  };
}
