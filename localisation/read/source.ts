/**
 * Reads a file's text: regular files of valid UTF-8 up to 1 MB. A byte order mark and Windows line ends are allowed and
 * removed; everything else that is not text is refused with its place.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileFailure } from "../../base/file-failure.ts";
import { nearest } from "../../base/nearest.ts";
import { LocalisationError, type Problem } from "../problem.ts";
import { codePoint, nameOfSign, wrongSigns } from "./invisible-signs.ts";
import { LineIndex } from "./line-index.ts";

const maximumBytes = 1024 * 1024;

export interface Source {
  readonly file: string;
  /** Without a byte order mark, with `\n` line ends. */
  readonly text: string;
  /** The unchanged text, with its byte order mark and line ends. */
  readonly original: string;
  /** Of the bytes on the disk, in hexadecimal. */
  readonly sha256: string;
}

/** @throws LocalisationError */
export const readSource = (file: string): Source => sourceOf(file, readBytes(file));

/**
 * The same for bytes from any source.
 * @throws LocalisationError
 */
export function sourceOf(file: string, bytes: Buffer): Source {
  const original = decode(file, bytes);
  const text = checkCharacters(file, original.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"));
  return { file, text, original, sha256: createHash("sha256").update(bytes).digest("hex") };
}

function readBytes(file: string): Buffer {
  try {
    const status = statSync(file);
    if (status.isDirectory())
      throw wrong(file, "This is a folder.", "Name a localisation file in it, such as za.yaml.");
    if (!status.isFile())
      throw wrong(file, "This is not a regular file.", "Save the text to a file and name that.");
    if (status.size > maximumBytes) throw tooLarge(file, status.size);
    const bytes = readFileSync(file);
    // The file may have grown after statSync.
    if (bytes.length > maximumBytes) throw tooLarge(file, bytes.length);
    return bytes;
  } catch (error) {
    if (error instanceof LocalisationError) throw error;
    throw unreadable(file, error as NodeJS.ErrnoException);
  }
}

function tooLarge(file: string, bytes: number): LocalisationError {
  return wrong(
    file,
    `The file has ${bytes.toLocaleString("en")} bytes; at most ${maximumBytes.toLocaleString("en")} are read.`,
    "Check that it is the right file; a country needs a few tens of kilobytes.",
  );
}

function unreadable(file: string, error: NodeJS.ErrnoException): LocalisationError {
  switch (error.code) {
    case "ENOENT":
    case "ENOTDIR": {
      const near = nearest(basename(file), namesIn(dirname(file)));
      const remediation =
        near === undefined ? "Check the path." : `Did you mean "${join(dirname(file), near)}"?`;
      return wrong(file, "There is no such file.", remediation);
    }
    case "EACCES":
    case "EPERM":
      return wrong(
        file,
        "The file may not be read by this user.",
        `Allow it, e.g. with chmod u+r "${file}".`,
      );
    case "ELOOP":
      return wrong(file, "The file is a link to itself.", "Fix the link.");
    default:
      return wrong(file, `The file can't be read: ${fileFailure(error)}.`, "Check the path.");
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  } catch {
    return [];
  }
}

function decode(file: string, bytes: Buffer): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw wrong(file, "The file is UTF-16.", "Save it as UTF-8.");
  if (bytes.includes(0))
    throw wrong(file, "This is a binary file, not text.", "Name a localisation file, such as za.yaml.");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw notText(file, bytes.toString("utf8"), "\uFFFD", "is not UTF-8", "Save the file as UTF-8.");
  }
}

const foreignSpace = /[\u00a0\u2000-\u200b\u3000\ufeff]/;
const foreignIndentation = new RegExp(`^ *${foreignSpace.source}`, "m");

function checkCharacters(file: string, text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a text file can't hold
  const control = /[\u0000-\u0008\u000b-\u001f\u007f]/.exec(text);
  if (control !== null)
    throw control[0] === "\r"
      ? notText(file, text, "\r", "is a lone carriage return", "End lines with a line feed.")
      : notText(file, text, control[0], "is a control character", "Remove it.");
  const indentation = foreignSpace.test(text) ? foreignIndentation.exec(text) : null;
  if (indentation !== null)
    throw notText(
      file,
      text,
      indentation[0],
      "is a space that YAML doesn't know",
      "Indent with plain spaces.",
    );
  const [sign, ...more] = wrongSigns(text);
  if (sign !== undefined) {
    const lines = new LineIndex(text);
    const others = new Set(more.map(({ offset }) => lines.placeOf(offset).line));
    const where = [...others].slice(0, 10).join(", ");
    const also = others.size === 0 ? "" : ` There are more in line${others.size === 1 ? "" : "s"} ${where}.`;
    throw wrong(
      file,
      `The character ${nameOfSign(sign.sign)}, can't be seen.${also}`,
      "Delete it, or type the line anew.",
      lines.placeOf(sign.offset),
    );
  }
  return text;
}

function notText(file: string, text: string, found: string, what: string, remediation: string) {
  const offset = Math.max(text.indexOf(found), 0) + found.length - 1;
  const character = found.slice(-1);
  const name = character === "\uFFFD" ? "A byte here" : `The character ${codePoint(character)}`;
  const problem: Problem = {
    file,
    ...new LineIndex(text).placeOf(offset),
    path: "",
    message: `${name} ${what}.`,
    remediation,
  };
  return new LocalisationError([problem]);
}

function wrong(
  file: string,
  message: string,
  remediation: string,
  place = { line: 1, column: 1 },
): LocalisationError {
  return new LocalisationError([{ file, ...place, path: "", message, remediation }]);
}
