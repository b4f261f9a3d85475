/** `rollout translate`: how far each language is, and its texts as a PO file, out and in. */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { exitCode, InputError } from "../../base/kit-error.ts";
import { packageRoot } from "../../base/package-root.ts";
import { readCatalogue } from "../../localisation/languages/catalogue.ts";
import { catalogueWith, poOf, readPo, type Texts, textsOf } from "../../localisation/languages/exchange.ts";
import { formats } from "../../localisation/schema/formats.ts";
import { readGiven, writeGiven } from "../given-file.ts";
import { print, printJson, style } from "../terminal.ts";

const kitCatalogues = join(packageRoot, "countries", "languages");

interface FolderOption {
  readonly folder: string;
}

export function translateCommand(): Command {
  const folder = ["--folder <folder>", "folder of the catalogues", join("countries", "languages")] as const;
  return new Command("translate")
    .description("how far the languages are, and their texts for translators")
    .addCommand(
      new Command("status")
        .description(
          "show how much of each catalogue is translated, and whether a native speaker has read it",
        )
        .option(...folder)
        .option("--json", "print JSON")
        .action(status),
    )
    .addCommand(
      new Command("export")
        .description("write a language's texts as a gettext PO file, for Weblate or a translation office")
        .argument("<language>", "BCP 47 tag, such as sw; it may be new")
        .option(...folder)
        .option("--output <file>", "file to write (default: <language>.po)")
        .action(exportPo),
    )
    .addCommand(
      new Command("import")
        .description("check a translated PO file and put its texts into the catalogue")
        .argument("<file>", "the PO file")
        .option(...folder)
        .action(importPo),
    );
}

async function status({ folder, json }: FolderOption & { json?: boolean }): Promise<void> {
  const english = await englishTexts();
  const languages = cataloguesIn(folder)
    .filter((language) => language !== "en")
    .map((language) => {
      const { name, origin, reviewed, ...catalogue } = readCatalogue(pathOf(folder, language));
      const own = textsOf({ ...catalogue, name });
      const count = (section: string) => ({
        translated: [...own.keys()].filter((place) => isIn(section, place) && english.has(place)).length,
        total: [...english.keys()].filter((place) => isIn(section, place)).length,
      });
      return {
        language,
        name,
        messages: count("messages"),
        questions: count("questions"),
        policies: count("policies"),
        origin: origin ?? null,
        reviewed: reviewed ?? null,
      };
    });
  if (json === true) return printJson({ ok: true, languages });
  for (const { language, name, messages, questions, policies, origin, reviewed } of languages) {
    const counts = Object.entries({ messages, questions, policies })
      .map(([section, { translated, total }]) => `${section} ${translated} of ${total}`)
      .join(", ");
    const made = origin === "machine" ? "made by machine, " : "";
    const read =
      reviewed === null
        ? style("yellow", `${made}not read by a native speaker`)
        : `read by ${reviewed.by} on ${reviewed.on}`;
    print(`${language.padEnd(8)} ${name}: ${counts}; ${read}`);
  }
}

const isIn = (section: string, place: string): boolean => place.startsWith(`${section}/`);

async function exportPo(
  language: string,
  { folder, output }: FolderOption & { output?: string },
): Promise<void> {
  refuseWrongLanguage(language);
  const own = ownTexts(folder, language);
  const english = await englishTexts();
  const to = output ?? `${language}.po`;
  writeGiven(to, poOf(language, english, own));
  const translated = [...english.keys()].filter((place) => own.has(place)).length;
  print(`${style("green", "✓")} ${to}: ${english.size} texts, ${translated} of them translated.`);
}

async function importPo(file: string, { folder }: FolderOption): Promise<void> {
  const content = readGiven(file, "Give the PO file that a translator has saved.", (text) => text);
  const { language, texts, outdated } = readPo(file, content, await englishTexts());
  refuseWrongLanguage(language);
  const to = pathOf(folder, language);
  const isKnown = existsSync(to);
  // A catalogue that can't be read is told of before anything is written.
  const before = isKnown ? textsOf(readCatalogue(to)) : new Map<string, string>();
  if (texts.size + outdated.length === 0)
    throw new InputError(`${file} has no translated text.`, "Give the file that the translators have saved.");
  const changed = [...texts].filter(([place, text]) => before.get(place) !== text);
  if (changed.length > 0) {
    const yaml = isKnown ? readGiven(to, "", (text) => text) : undefined;
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
    writeGiven(to, catalogueWith(yaml, language, new Map(changed)));
  }
  print(`${style("green", "✓")} ${to}: ${changed.length} of ${texts.size} texts changed.`);
  if (outdated.length === 0) return;
  const shown = outdated.slice(0, 8).join(", ");
  const more = outdated.length > 8 ? ` and ${outdated.length - 8} more` : "";
  print(
    style(
      "yellow",
      `${outdated.length} were not taken, because they are marked as fuzzy or the English text has changed since: ${shown}${more}.`,
    ),
  );
  process.exitCode = exitCode.checkFailed;
}

/** Of the folder's catalogue, or of the kit's where the folder has none of this language. */
function ownTexts(folder: string, language: string): Texts {
  const file = [pathOf(folder, language), pathOf(kitCatalogues, language)].find(existsSync);
  return file === undefined ? new Map() : textsOf(readCatalogue(file));
}

/** The kit's own English, with the titles of the policies, which stand with the policies. */
async function englishTexts(): Promise<Texts> {
  const { policies } = await import("../../policies/rules/catalogue.ts");
  const titles = Object.fromEntries(policies.map(({ id, title }) => [id, title]));
  return textsOf({ ...readCatalogue(), policies: titles });
}

function cataloguesIn(folder: string): string[] {
  if (!existsSync(folder))
    throw new InputError(
      `There is no folder ${folder}.`,
      `Name the folder of the catalogues with --folder; the kit's own is ${kitCatalogues}.`,
    );
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.slice(0, -".yaml".length))
    .sort();
}

const pathOf = (folder: string, language: string): string => join(folder, `${language}.yaml`);

function refuseWrongLanguage(language: string): void {
  if (!formats.language(language))
    throw new InputError(
      `"${language}" is not a language tag (BCP 47).`,
      "Write it like sw or pt-BR; a PO file names it in its header Language.",
    );
}
