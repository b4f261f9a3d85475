/**
 * Whether a text is a localisation file. The parts of the stack read one; it is checked by itself, and its links to laws and
 * programmes are for people: nothing connects to them.
 */
import { parse } from "yaml";
import { apiVersion } from "../../localisation/schema/country.ts";
import { isObject } from "./resource.ts";

const maximumLength = 2_000_000;

export function isLocalisationFile(text: string): boolean {
  if (!text.includes(apiVersion) || text.length > maximumLength) return false;
  try {
    const file: unknown = text.startsWith("{") ? JSON.parse(text) : parse(text);
    // The parts read it together with the name of its environment.
    const country = isObject(file) && isObject(file.country) ? file.country : file;
    return isObject(country) && country.apiVersion === apiVersion && isObject(country.residency);
  } catch {
    return false;
  }
}
