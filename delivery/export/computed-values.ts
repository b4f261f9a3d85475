/** What the kit computes for single objects, as values of the chart: sizes, schedules, addresses of backups. */
import { folderVariable } from "../../components/time-series-backup.ts";
import { action, type Branch, numberAction, type Tree } from "./template-text.ts";

/** By the object's name and by key; filled while the templates are made. */
export type ComputedValues = Record<string, Record<string, string | number>>;

/** Keys of objects, variables of containers, or settings in their texts. */
const keys = [
  ...["max-connections", "max-queues", "max-length-bytes"],
  ...["vm_memory_high_watermark.absolute", "disk_free_limit.absolute"],
  ...["max_server_memory_usage", "mark_cache_size", "max_memory_usage"],
  ...["effective_cache_size", "shared_buffers"],
  ...["storage", "size", "minDomains", "schedule", "timeZone"],
  ...["endpoint", "endpointURL", "destinationPath", folderVariable, "onlyFromGateway"],
];
/** A line such as `endpoint: https://s3.example.org`, `"max-queues": 7,` or `disk_free_limit.absolute = 3GiB`. */
const line = new RegExp(
  `^( *"?)(${keys.join("|").replaceAll(".", "\\.")})("?(?:: | = )"?)([^\\s",{%/][^\\s",{%]*)`,
  "gm",
);

/** @returns the template with the chart's values in place of what the kit computed, which goes to `values`. */
export function withComputed(tree: Branch, name: string, values: ComputedValues): Branch {
  /** @returns the action that reads the value. */
  const place = (key: string, value: string | number): string => {
    values[name] ??= {};
    const known = values[name];
    let free = key;
    for (let count = 2; free in known; count += 1) free = `${key}-${count}`;
    known[free] = value;
    const read = `index .Values.computed "${name}" "${free}"`;
    return typeof value === "number" ? `int64 (${read})` : read;
  };
  const settings = (text: string) =>
    text.replace(line, (_, before: string, key: string, between: string, value: string, offset: number) => {
      const read = place(pathOf(text, key, offset), /^\d+$/.test(value) ? Number(value) : value);
      return `${before}${key}${between}${action(read)}`;
    });
  const visit = (node: Tree, key: string): Tree => {
    if (Array.isArray(node)) return node.map((item) => visit(item, ""));
    if (typeof node === "object" && node !== null) {
      const { name: variable } = node as Branch;
      return Object.fromEntries(
        Object.entries(node as Branch).map(([inner, value]) => [
          inner,
          visit(value, inner === "value" && typeof variable === "string" ? variable : inner),
        ]),
      );
    }
    if (typeof node === "string" && node.includes("\n")) return settings(node);
    if (!keys.includes(key)) return node;
    // The size of a certificate's key is a number too, and the same everywhere.
    if (typeof node === "number" && key !== "size") return numberAction(place(key, node));
    return typeof node === "string" && !node.includes("%%") ? action(place(key, node)) : node;
  };
  return visit(tree, "") as Branch;
}

/** Where a text has a key several times, the key that holds it is named too: `reading.max_memory_usage`. */
function pathOf(text: string, key: string, offset: number): string {
  if (text.split(new RegExp(`^ *"?${key}\\b`, "m")).length <= 2) return key;
  const indent = text.slice(offset).search(/[^ ]/);
  const above = text.slice(0, offset).split("\n");
  const parent = above.findLast((found) => found.trim() !== "" && found.search(/[^ ]/) < indent);
  return `${/[\w.-]+/.exec(parent ?? "")?.[0] ?? ""}.${key}`;
}
