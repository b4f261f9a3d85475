/** Whether an account of AWS is the stack's own: the one that the file names, and no other. */
import type { PolicyContext } from "./context.ts";
import type { Violation } from "./policy.ts";

/** Stands in a plan for the account of the credentials, where the file names none. */
const accountOfCredentials = "000000000000";

/**
 * The violation in a reference to an account; undefined where it is the stack's own. Where the file names no account,
 * nobody can tell whether another number is the stack's own: the verdict is undetermined.
 * @param what the start of the message: `It gives access to arn:aws:iam::999999999999:root`.
 * @param remediation where the file names an account.
 */
export function otherAccount(
  { country }: PolicyContext,
  account: string,
  where: { readonly path: string; readonly value: string },
  what: string,
  remediation: (own: string) => string,
): Violation | undefined {
  const own = country.hosting.aws?.account;
  if (own !== undefined)
    return account === own
      ? undefined
      : { ...where, message: `${what}; the file names ${own}.`, remediation: remediation(own) };
  if (account === accountOfCredentials) return undefined;
  return {
    ...where,
    message: `${what}, and the file names no account, so whose that is can't be told.`,
    remediation: "Name the stack's own account under hosting.aws.account.",
    undetermined: true,
  };
}
