/** Which topics a login may use: its company's, or its machine's, and nothing else. */
import { topicRoot } from "../ingest/reading.ts";
import type { AuthenticatedLogin } from "./login.ts";

export type TopicScope = Pick<AuthenticatedLogin, "company" | "site" | "machine">;

/** Without its last slash: `sme/v1/acme` or `sme/v1/acme/plant/lathe`. */
export function subtreeOf(login: TopicScope): string {
  const machine = login.machine === undefined ? "" : `/${login.site}/${login.machine}`;
  return `${topicRoot}/${login.company}${machine}`;
}

/** @param topic or a topic filter: its wildcards match only below the levels before them. */
export function isWithin(topic: string, login: TopicScope): boolean {
  return topic.startsWith(`${subtreeOf(login)}/`);
}
