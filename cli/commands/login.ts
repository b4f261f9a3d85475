/** `rollout login`: makes a link that signs a person in to a cluster's web app without a password, such as the first time. */

import { Command } from "commander";
import { print, printJson } from "../terminal.ts";

interface LoginOptions {
  readonly email?: string;
  readonly connections: string;
  readonly localisation: string;
  readonly json?: boolean;
}

export function loginCommand(): Command {
  return new Command("login")
    .description("make a link that signs a person in once; run it in a pod of the cluster's web app")
    .option(
      "--email <address>",
      "e-mail address of the account; a new one gets an account of the ministry (default: the operator's)",
    )
    .option("--connections <folder>", "folder of connections.json", "/etc/rollout/connections")
    .option("--localisation <folder>", "folder of country.json", "/etc/rollout/localisation")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nIn the cluster: kubectl -n <namespace> exec deployment/diagnostic -- rollout login",
    )
    .action(async ({ email, connections, localisation, json }: LoginOptions) => {
      // Only here, so that no other command loads the store.
      const { makeLogin } = await import("../../apps/diagnostic/accounts/login-link.ts");
      const login = await makeLogin({ email, connections, localisation });
      if (json) printJson(login);
      else {
        print(
          `${login.email}${login.isNew ? " has a new account of the ministry" : ""}. The link works once, within a day:`,
        );
        print(login.address);
      }
    });
}
