/** `rollout run diagnostic`: the web app for people, and the checks of machine logins for the broker. */
import type { ProgramContext, RunningProgram } from "../program/program.ts";
import { openStores } from "../program/stores.ts";
import { serveDiagnostic } from "./serve.ts";

export async function runDiagnostic(context: ProgramContext): Promise<RunningProgram> {
  const { connections, localisation, log, bind } = context;
  const stores = await openStores(context, "diagnostic");
  try {
    const server = await serveDiagnostic({
      connections,
      localisation,
      database: stores.relational.database,
      reader: stores.client,
      log,
      ...(bind !== undefined && { host: bind }),
    });
    return {
      ...server,
      async stop() {
        await server.stop();
        await stores.close();
      },
    };
  } catch (error) {
    await stores.close();
    throw error;
  }
}
