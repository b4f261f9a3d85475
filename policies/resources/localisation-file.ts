/**
 * Whether a text has the form of a localisation file. The parts of the stack read one; it is checked by itself, and its links
 * to laws and programmes are for people: nothing connects to them.
 */
import { parse } from "yaml";
import { apiVersion } from "../../localisation/schema/country.ts";
import { isObject, type JsonObject } from "./resource.ts";

const maximumLength = 2_000_000;

export const isLocalisationFile = (text: string): boolean => localisationIn(text) !== undefined;

/** Most texts are told apart without reading them as YAML. */
export const mayBeLocalisation = (text: string): boolean =>
  text.length >= 60 && text.length <= maximumLength && text.includes(apiVersion);

let last: { readonly text: string; readonly file: JsonObject | undefined } | undefined;

/** What the text says; undefined where it has another form. */
export function localisationIn(text: string): JsonObject | undefined {
  if (!mayBeLocalisation(text)) return undefined;
  // Several policies ask for the same text.
  if (last?.text !== text) last = { text, file: parsed(text) };
  return last.file;
}

function parsed(text: string): JsonObject | undefined {
  try {
    const file: unknown = text.startsWith("{") ? JSON.parse(text) : parse(text);
    // The parts read it together with the name of its environment.
    const country = isObject(file) && isObject(file.country) ? file.country : file;
    const isOne = isObject(country) && country.apiVersion === apiVersion && isObject(country.residency);
    return isOne ? (file as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
