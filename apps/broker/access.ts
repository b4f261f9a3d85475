/** Which topics a login may use: its company's, or its machine's, and nothing else. */
import { topicRoot } from "../ingest/reading.ts";
import type { Login } from "./login.ts";

/** Without its last slash: `sme/v1/acme` or `sme/v1/acme/plant/lathe`. */
export function subtreeOf(login: Login): string {
  const machine = login.machine === undefined ? "" : `/${login.site}/${login.machine}`;
  return `${topicRoot}/${login.company}${machine}`;
}

/** @param topic also a topic filter: its wildcards reach no further than what stands before them. */
export function isWithin(topic: string, login: Login): boolean {
  return topic.startsWith(`${subtreeOf(login)}/`);
}
