/** Checks whether the file's names resolve, and whether its external addresses answer this machine. */
import { lookup } from "node:dns/promises";
import { get } from "node:https";
import { connect } from "node:net";
import type { Country } from "../../localisation/schema/country.ts";
import { type Examined, findingsIn } from "./finding.ts";

const inNames = findingsIn("names");
const inPlaces = findingsIn("places");

const timeLimit = 10_000;

/** The stack's own names; they can be entered once the gateway and the broker have addresses. */
export function ownNames(domain: string): Promise<Examined[]> {
  return Promise.all(
    [domain, `mqtt.${domain}`].map(async (name) => {
      const addresses = await addressesOf(name);
      return addresses.length > 0
        ? inNames.ok(name, addresses.join(", "))
        : inNames.warning(
            name,
            "No address yet.",
            "Enter it in the DNS once the gateway and the broker have their addresses.",
          );
    }),
  );
}

/** The endpoints of the file; one with a wildcard can't be checked. */
export async function endpoints(country: Country): Promise<Examined[]> {
  const wanted = country.residency.endpoints.filter(({ host }) => !host.startsWith("*."));
  const found = await Promise.all(
    wanted.map(({ host, ports, purpose }) => Promise.all(ports.map((port) => reach(host, port, purpose)))),
  );
  return found.flat();
}

async function reach(host: string, port: number, purpose: string): Promise<Examined> {
  const title = `${host}:${port}`;
  if ((await addressesOf(host)).length === 0)
    return inPlaces.failed(
      title,
      `${host} has no address (${purpose}).`,
      "Correct residency.endpoints, or enter the name in the DNS.",
    );
  const error = await connectError(host, port);
  if (error === undefined) return inPlaces.ok(title, `answers (${purpose})`);
  // The cluster may reach it even where this machine does not.
  return inPlaces.warning(
    title,
    `It does not answer this machine: ${error} (${purpose}).`,
    "Make sure that the cluster can reach it.",
  );
}

/** @param address of the registry, with a path. */
export async function registry(address: string | undefined): Promise<Examined[]> {
  if (address === undefined) return [];
  const [host = ""] = address.split("/");
  const [status, error] = await statusOf(`https://${host}/v2/`);
  const title = `registry ${host}`;
  // 401 asks for a login: a registry is there.
  if (status === 200 || status === 401) return [inPlaces.ok(title, "answers with TLS")];
  return [
    inPlaces.failed(
      title,
      status === undefined
        ? `It does not answer by HTTPS: ${error}.`
        : `It answers /v2/ with ${status}: it is no image registry.`,
      "Correct hosting.kubernetes.registry. This machine and the nodes must reach it and trust its certificate authority.",
    ),
  ];
}

async function addressesOf(name: string): Promise<string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}

function connectError(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeLimit });
    const end = (result: string | undefined) => {
      socket.destroy();
      resolve(result);
    };
    socket.on("connect", () => end(undefined));
    socket.on("timeout", () => end("no answer"));
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

function statusOf(address: string): Promise<readonly [status: number | undefined, error: string]> {
  return new Promise((resolve) => {
    const request = get(address, { timeout: timeLimit }, (response) => {
      response.resume();
      resolve([response.statusCode, ""]);
    });
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", (error: NodeJS.ErrnoException) => resolve([undefined, error.code ?? error.message]));
  });
}
