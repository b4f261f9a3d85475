/** Binds a server to its port, or says which port is taken. */
import type { AddressInfo, Server } from "node:net";

/** The port is another program's, or needs rights that this process hasn't. */
export class PortUnavailableError extends Error {
  override readonly name = "PortUnavailableError";
  readonly port: number;
  constructor(port: number, message: string) {
    super(message);
    this.port = port;
  }
}

/** @param purpose what the port is for, in the words of who reads the error. */
export function listen(server: Server, port: number, host: string, purpose: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      const why = {
        EADDRINUSE:
          "is already in use by another program. Stop that program, or choose another port (0 takes a free one).",
        EACCES: "may be opened by the administrator only. Choose a port above 1023.",
        EADDRNOTAVAIL: `cannot be opened on ${host}: this machine has no such address.`,
      }[error.code ?? ""];
      reject(why === undefined ? error : new PortUnavailableError(port, `Port ${port} (${purpose}) ${why}`));
    };
    server.once("error", onError);
    server.listen({ port, host, backlog: 4096 }, () => {
      server.off("error", onError);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
