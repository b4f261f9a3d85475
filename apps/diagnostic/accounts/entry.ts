/** How a person gets in without a password: by a link that the stack's operator makes, such as for the first login. */
import { randomBytes } from "node:crypto";
import type { Country } from "../../../localisation/schema/country.ts";
import type { Database } from "../../../stores/relational/database.ts";
import { accountOfEmail, createAccount, createEntryLink, emailOf } from "./accounts.ts";

export interface Entry {
  readonly email: string;
  /** Whether the account was made now, for the ministry. */
  readonly isNew: boolean;
  /** Path that signs in once, within a day, and opens the page where a password is chosen. */
  readonly path: string;
}

/** @param email the programme's operator where absent; an address that has no account yet gets one of the ministry's. */
export async function makeEntryLink(
  database: Database,
  country: Pick<Country, "programme" | "languages">,
  email = country.programme.operator.email,
): Promise<Entry> {
  const known = await accountOfEmail(database, email);
  const account =
    known ??
    (await createAccount(database, {
      email,
      // Nobody knows this password: the person chooses an own one after entering by the link.
      password: randomBytes(24).toString("base64url"),
      role: "ministry",
      language: country.languages[0]!,
    })) ??
    // Somebody else made it in this moment.
    (await accountOfEmail(database, email));
  if (account === undefined) throw new Error(`The account of ${email} could not be made.`);
  return {
    email: emailOf(email),
    isNew: known === undefined,
    path: await createEntryLink(database, account, "/account"),
  };
}
