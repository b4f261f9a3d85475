/** The parts of a report in which differences are told, in their order. */
export const diffSections = [
  "made",
  "inputs",
  "file",
  "verdict",
  "checks",
  "findings",
  "waivers",
  "data",
  "places",
  "access",
  "flows",
  "law",
  "retention",
  "resources",
  "open",
] as const;
export type DiffSection = (typeof diffSections)[number];
