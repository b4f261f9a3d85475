/** Where the stack in one process stores its data: in one folder of this machine, whose disk people must check. */
import type { Country } from "../../localisation/schema/country.ts";
import type { DataClassName } from "../../localisation/schema/residency.ts";
import type { RestingPlace } from "../report-schema.ts";

const kept: readonly {
  readonly folder: string;
  readonly part: string;
  readonly holds: readonly DataClassName[];
}[] = [
  { folder: "time-series", part: "time-series-store", holds: ["machineTelemetry", "aggregates", "logs"] },
  { folder: "relational", part: "relational-store", holds: ["identity", "diagnosticAnswers", "logs"] },
  { folder: "certificates", part: "broker", holds: ["keys"] },
  { folder: "stack.log", part: "log", holds: ["logs"] },
];

/** @param folder the stack's data folder, as the user named it. */
export function localPlaces(country: Country, folder: string): RestingPlace[] {
  const onThisMachine = { zones: [], countries: [], certainty: "unknown" } as const;
  const places = kept.map(
    ({ folder: name, part, holds }): RestingPlace => ({
      name: `${folder}/${name}`,
      kind: name.endsWith(".log") ? "File" : "Folder",
      part,
      dataClasses: [...holds],
      ...onThisMachine,
      copies: 1,
      encryption: { by: "unknown" },
    }),
  );
  const { local, retention } = country.hosting.backup;
  if (local === undefined) return places;
  return [
    ...places,
    {
      name: local.folder,
      kind: "Folder",
      part: "backup",
      dataClasses: ["backups"],
      ...onThisMachine,
      copies: 1,
      encryption: { by: "key", detail: local.recipients.join(", ") },
      retention,
    },
  ];
}
