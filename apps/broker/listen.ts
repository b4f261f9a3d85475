/** Binds a server to its port, or says why the port cannot be opened. */
import type { AddressInfo, Server } from "node:net";
import { EnvironmentError } from "../../base/kit-error.ts";

/** @param purpose what the port is for, in the error's text. */
export function listen(server: Server, port: number, host: string, purpose: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      const why = {
        EADDRINUSE: [
          "is already in use by another program.",
          "Stop that program, or choose another port (0 takes a free one).",
        ],
        EACCES: ["may be opened by the administrator only.", "Choose a port above 1023."],
        EADDRNOTAVAIL: [`cannot be opened on ${host}: this machine has no such address.`, ""],
      }[error.code ?? ""];
      reject(why === undefined ? error : new EnvironmentError(`Port ${port} (${purpose}) ${why[0]}`, why[1]));
    };
    server.once("error", onError);
    server.listen({ port, host, backlog: 4096 }, () => {
      server.off("error", onError);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
