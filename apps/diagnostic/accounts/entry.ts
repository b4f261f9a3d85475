/** How a person signs in without a password: by a link that the stack's operator makes, such as for the first login. */
import type { Country } from "../../../localisation/schema/country.ts";
import type { Database } from "../../../stores/relational/database.ts";
import { accountOfEmail, createAccountForLink, createEntryLink, emailOf } from "./accounts.ts";

export interface Entry {
  readonly email: string;
  /** Whether the account was made now. */
  readonly isNew: boolean;
  /** Path that signs in once, within a day, and opens the page where a password is chosen. */
  readonly path: string;
}

/** @param email the operator's where absent. An address without an account gets one with the role `ministry`. */
export async function makeEntryLink(
  database: Database,
  country: Pick<Country, "programme" | "languages">,
  email = country.programme.operator.email,
): Promise<Entry> {
  const known = await accountOfEmail(database, email);
  const account =
    known ??
    (await createAccountForLink(database, { email, role: "ministry", language: country.languages[0]! })) ??
    // Somebody else made it at the same time.
    (await accountOfEmail(database, email));
  if (account === undefined) throw new Error(`The account of ${email} could not be made.`);
  return {
    email: emailOf(email),
    isNew: known === undefined,
    path: await createEntryLink(database, account, "/account"),
  };
}
