/** Amazon Resource Names: arn:partition:service:region:account:resource. */

import { rememberLast } from "./last.ts";
import type { Resource } from "./resource.ts";
import { textsOf } from "./texts.ts";

export interface Arn {
  readonly text: string;
  readonly partition: string;
  readonly service: string;
  /** Empty for global services and buckets. */
  readonly region: string;
  /** Empty for buckets; `aws` for what AWS itself owns. */
  readonly account: string;
  readonly resource: string;
}

const pattern = /\barn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):(\d{12}|aws)?:([A-Za-z0-9_/.:*+=@-]*)/g;

export function arnsIn(text: string): Arn[] {
  if (!text.includes("arn:")) return [];
  return [...text.matchAll(pattern)].map((match) => ({
    text: match[0],
    partition: match[1] ?? "",
    service: match[2] ?? "",
    region: match[3] ?? "",
    account: match[4] ?? "",
    resource: match[5] ?? "",
  }));
}

export const arnOf = (text: string | undefined): Arn | undefined =>
  text === undefined ? undefined : arnsIn(text)[0];

/** All ARNs that a resource names, with their paths. */
export const arnsOf = rememberLast((resource: Resource): readonly (Arn & { path: string })[] => {
  const found: (Arn & { path: string })[] = [];
  for (const text of textsOf(resource))
    for (const arn of arnsIn(text.value)) found.push({ ...arn, path: text.path });
  return found;
});
