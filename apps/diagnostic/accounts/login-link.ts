/** Makes a link by which a person enters a cluster's web app: in its pod, from the files that are mounted there. */
import { InputError } from "../../../base/kit-error.ts";
import { openPostgres } from "../../../stores/relational/postgres.ts";
import { readConnections } from "../../program/connections.ts";
import { readLocalisationFiles } from "../../program/localisation-files.ts";
import { openProgramLog } from "../../program/log.ts";
import { messageOf } from "../../program/retry.ts";
import { relationalOptions } from "../../program/stores.ts";
import { isEmail } from "./accounts.ts";
import { type Entry, makeEntryLink } from "./entry.ts";

export interface MadeLogin extends Pick<Entry, "email" | "isNew"> {
  /** `https://…/enter/<token>` */
  readonly address: string;
}

/** @throws InputError when a file is missing, the address is none, or the store doesn't answer. */
export async function makeLogin(options: {
  readonly email: string | undefined;
  readonly connections: string;
  readonly localisation: string;
}): Promise<MadeLogin> {
  const { email } = options;
  if (email !== undefined && !isEmail(email))
    throw new InputError(`${email} is no e-mail address.`, "Write it as name@example.org.");
  const connections = readConnections(options.connections);
  const { country } = readLocalisationFiles(options.localisation);
  const store = openPostgres(relationalOptions({ connections, log: openProgramLog("login") }, "diagnostic"));
  try {
    const { path, ...entry } = await makeEntryLink(store.database, country, email);
    return { ...entry, address: `${connections.web.address}${path}` };
  } catch (error) {
    throw new InputError(
      `The relational store can't be asked: ${messageOf(error)}.`,
      "Run this in a pod of the web app, which has its login: kubectl exec deployment/diagnostic -- rollout login.",
      { cause: error },
    );
  } finally {
    await store.close();
  }
}
