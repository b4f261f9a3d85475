/** Who looks at a page: a stranger, a person of a company, or one of the ministry. */
import type { company } from "../../../stores/relational/schema.ts";

export type Role = "company" | "ministry";

/** A role, or "stranger" for a person who has not signed in. */
export type Visitor = Role | "stranger";

export interface SignedIn {
  readonly accountId: string;
  readonly email: string;
  readonly role: Role;
  /** Of the company: may let people in and remove them. */
  readonly isOwner: boolean;
  readonly language: string;
  readonly company: SignedInCompany | undefined;
  /** Whether the person came by a link in the last hour, and needs no present password to choose a new one. */
  readonly mayChoosePassword: boolean;
}

export type SignedInCompany = Pick<
  typeof company.$inferSelect,
  "id" | "name" | "sector" | "sizeBand" | "region" | "simulated"
>;

/** Path of the page that this visitor starts from. */
export function homeOf(signedIn: SignedIn | undefined): string {
  if (signedIn === undefined) return "/";
  return signedIn.role === "ministry" ? "/ministry" : "/company";
}
