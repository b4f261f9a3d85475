/** Tags of AWS resources: their name, and the classes of data that they store. */
import type { DataClassName } from "../../localisation/schema/residency.ts";
import { dataClasses } from "../data-classes.ts";

export const tags = (name: string, classes: readonly DataClassName[] = []): Record<string, string> => ({
  Name: name,
  ...(classes.length > 0 && dataClasses(classes)),
});
