/** A report's folder: its files, how they are written (all or none), and how they are read without trusting them. */
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileFailure } from "../base/file-failure.ts";
import { InputError } from "../base/kit-error.ts";
import { packageRoot } from "../base/package-root.ts";
import type { LoadedCountry } from "../localisation/load.ts";
import { sha256 } from "./canonical.ts";
import { checksTable } from "./csv.ts";
import { reportPage } from "./html/document.ts";
import { assessmentResults } from "./oscal/assessment-results.ts";
import { componentDefinition } from "./oscal/component-definition.ts";
import { type Previous, previousFiles } from "./previous.ts";
import type { Report } from "./report-schema.ts";

export type Files = ReadonlyMap<string, Buffer>;

/** Files that the statement does not hash: itself, its signatures, and what is made from them. */
export const statementFile = "report.intoto.json";
export const envelopeFile = "report.dsse.json";
export const cosignFile = "report.sigstore.json";
/** On paper, with a code that leads to the statement; its own signatures beside it. */
export const pdfFile = "report.pdf";
/** Ed25519 over the bytes of the PDF. */
export const pdfSignature = "report.pdf.sig";
export const pdfCosign = "report.pdf.sigstore.json";
export const signatureFiles: ReadonlySet<string> = new Set([
  statementFile,
  envelopeFile,
  cosignFile,
  pdfFile,
  pdfSignature,
  pdfCosign,
]);

const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

/**
 * Every file of the report without its signature. The same report gives the same bytes.
 * @param previous the report that it was compared with.
 */
export function reportFiles(report: Report, loaded: LoadedCountry, previous?: Previous): Files {
  return new Map([
    ["report.html", Buffer.from(reportPage(report, loaded))],
    ["report.json", json(report)],
    ["checks.csv", Buffer.from(checksTable(report))],
    ["oscal-assessment-results.json", json(assessmentResults(report))],
    ["oscal-component-definition.json", json(componentDefinition(report))],
    ...sources(loaded),
    ...(previous === undefined ? [] : previousFiles(previous)),
  ]);
}

/** The localisation file and the files that it needs, so that the report can be made again from them. */
function* sources({ file, country, sha256: loaded }: LoadedCountry): Iterable<[string, Buffer]> {
  const folder = dirname(resolve(file));
  const bytes = readFileSync(file);
  if (sha256(bytes) !== loaded)
    throw new InputError(`${file} was changed while the report was made.`, "Make the report again.");
  yield [`source/${basename(file)}`, bytes];
  const { logo } = country.branding;
  if (logo !== undefined) yield [`source/${logo}`, readFileSync(join(folder, logo))];
  // The kit's own catalogues come with the kit.
  if (folder === join(packageRoot, "countries")) return;
  const languages = new Set([...country.languages, "en"].flatMap((tag) => [tag, tag.split("-")[0] ?? tag]));
  for (const language of languages) {
    const catalogue = join(folder, "languages", `${language}.yaml`);
    if (existsSync(catalogue)) yield [`source/languages/${language}.yaml`, readFileSync(catalogue)];
  }
}

/**
 * Writes a folder under another name in the same place, then renames it.
 * @param replace replaces an earlier report; without it an existing folder is an error.
 * @throws InputError
 */
export function writeFolder(folder: string, files: Files, replace = false): void {
  const target = resolve(folder);
  if (existsSync(target)) {
    const empty = lstatSync(target).isDirectory() && readdirSync(target).length === 0;
    if (!empty && !(replace && existsSync(join(target, "report.json"))))
      throw new InputError(`${folder} already exists.`, "Name another folder with --out.");
  }
  let draft: string | undefined;
  try {
    mkdirSync(dirname(target), { recursive: true });
    if (replace) removeDrafts(dirname(target));
    draft = mkdtempSync(join(dirname(target), draftPrefix));
    for (const [name, content] of files) {
      mkdirSync(dirname(join(draft, name)), { recursive: true });
      writeFileSync(join(draft, name), content);
    }
    // The permissions of a new folder: mkdtemp gives access only to the owner.
    chmodSync(draft, 0o777 & ~process.umask());
    rmSync(target, { recursive: true, force: true });
    renameSync(draft, target);
  } catch (error) {
    if (draft !== undefined) rmSync(draft, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(
      `${folder} can't be written: ${fileFailure(error)}.`,
      code === "ENOSPC" ? "Free some space." : "Name another folder with --out.",
    );
  }
}

const draftPrefix = ".report-";

/** Left by a process that ended while it wrote. */
function removeDrafts(folder: string): void {
  for (const entry of readdirSync(folder))
    if (entry.startsWith(draftPrefix)) rmSync(join(folder, entry), { recursive: true, force: true });
}

const largestFileBytes = 64 * 1024 * 1024;
const largestFolderBytes = 256 * 1024 * 1024;
const mostFiles = 64;

/**
 * Every file below a folder, by its path in it. Links and other special files are refused: the hashed content must be the
 * content that is read.
 * @throws InputError
 */
export function readFolder(folder: string): Files {
  const files = new Map<string, Buffer>();
  let bytes = 0;
  const visit = (path: string, name: string, depth: number): void => {
    const status = lstatSync(path);
    if (status.isDirectory()) {
      if (depth > 4) throw refused(name, "is nested too deep");
      for (const entry of readdirSync(path).sort())
        visit(join(path, entry), name === "" ? entry : `${name}/${entry}`, depth + 1);
      return;
    }
    if (status.isSymbolicLink()) throw refused(name, "is a link");
    if (!status.isFile()) throw refused(name, "is not a regular file");
    if (status.size > largestFileBytes) throw refused(name, "is larger than 64 MiB");
    bytes += status.size;
    if (bytes > largestFolderBytes) throw refused(name, "makes the folder larger than 256 MiB");
    if (files.size >= mostFiles) throw refused(name, `is one file more than ${mostFiles}`);
    files.set(name, readWithoutLinks(path));
  };
  let status: ReturnType<typeof lstatSync>;
  try {
    status = lstatSync(folder);
  } catch {
    throw new InputError(`There is no folder ${folder}.`, "Name the folder of a report.");
  }
  if (!status.isDirectory())
    throw new InputError(`${folder} is not a folder.`, "Name the folder of a report.");
  try {
    visit(folder, "", 0);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${folder} can't be read: ${fileFailure(error)}.`, "Check its permissions.");
  }
  return files;
}

function readWithoutLinks(path: string): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const refused = (name: string, why: string) =>
  new InputError(`${name} ${why}; a report holds only plain files.`, "Ask the signer for the report again.");
