/**
 * A catalogue's texts as a gettext PO file, for Weblate or a translation office, and back. Each entry has its place in the
 * catalogue as its context (`messages/welcome.title`) and the English text as its msgid.
 */
import { type GetTextTranslations, po } from "gettext-parser";
import { parseDocument, Scalar } from "yaml";
import { nearest } from "../../base/nearest.ts";
import { didYouMean, LocalisationError, type Problem, quote } from "../problem.ts";
import { standardQuestions } from "../questionnaire.ts";
import type { Catalogue } from "../schema/catalogue.ts";
import { argumentsOf, faultOf } from "./message-format.ts";

/** Texts by their place: `messages/welcome.title`, `questions/training/levels/0`. In the order of the English catalogue. */
export type Texts = ReadonlyMap<string, string>;

export function textsOf({ messages, questions, policies }: Catalogue): Texts {
  return new Map([
    ...Object.entries(messages).map(([key, text]): [string, string] => [`messages/${key}`, text]),
    ...standardQuestions.flatMap(({ id }): [string, string][] => {
      const question = questions[id];
      if (question === undefined) return [];
      const levels = question.levels.map((level, at): [string, string] => [
        `questions/${id}/levels/${at}`,
        level,
      ]);
      return [[`questions/${id}/text`, question.text], ...levels];
    }),
    ...Object.entries(policies).map(([id, title]): [string, string] => [`policies/${id}`, title]),
  ]);
}

/** @param own texts that are translated already. */
export function poOf(language: string, english: Texts, own: Texts): string {
  const translations: GetTextTranslations["translations"] = {};
  for (const [context, msgid] of english) {
    const flag = isMessage(context) ? { comments: { flag: "icu-message-format" } } : {};
    translations[context] = {
      [msgid]: { msgctxt: context, msgid, msgstr: [own.get(context) ?? ""], ...flag },
    };
  }
  const headers = {
    Language: language.replace("-", "_"),
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
  };
  // Unfolded, so that a change of one word changes one line.
  return po.compile({ charset: "utf-8", headers, translations }, { foldLength: 0 }).toString();
}

export interface ReadPo {
  /** BCP 47. */
  readonly language: string;
  readonly texts: Texts;
  /** Places of texts that are not taken: marked as fuzzy, or translated from an English text that has changed since. */
  readonly outdated: readonly string[];
}

/** @throws LocalisationError with every entry that a page would fail on. */
export function readPo(file: string, content: string, english: Texts): ReadPo {
  const { headers, translations } = parsed(file, content);
  const texts = new Map<string, string>();
  const outdated: string[] = [];
  const problems: Problem[] = [];
  for (const { msgctxt: context = "", msgid, msgstr, comments } of Object.values(translations).flatMap(
    (byText) => Object.values(byText),
  )) {
    const [text = ""] = msgstr;
    if (msgid === "" || text === "") continue;
    const original = english.get(context);
    const fault =
      original === undefined ? unknownContext(context, english) : faultIn(context, original, text);
    if (original !== undefined && (original !== msgid || comments?.flag?.includes("fuzzy")))
      outdated.push(context);
    else if (fault !== undefined)
      problems.push({ file, line: lineOf(content, context), column: 1, path: context, ...fault });
    else texts.set(context, text);
  }
  if (problems.length > 0) throw new LocalisationError(problems);
  return { language: (headers.Language ?? "").replace("_", "-"), texts, outdated };
}

/**
 * The catalogue's file with these texts; its comments and what they don't concern stay as they are.
 * @param yaml undefined for a new catalogue.
 */
export function catalogueWith(yaml: string | undefined, language: string, texts: Texts): string {
  const name = new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;
  const document = parseDocument(
    yaml ?? `language: ${language}\nname: ${JSON.stringify(name)}\nmessages: {}\n`,
  );
  if (yaml === undefined) document.set("messages", document.createNode({}));
  for (const [context, text] of texts) {
    const path = context.split("/").map((part) => (/^\d$/.test(part) ? Number(part) : part));
    if (document.getIn(path) === text) continue;
    if (path.at(-2) === "levels" && !document.hasIn(path.slice(0, -1)))
      document.setIn(path.slice(0, -1), document.createNode([]));
    const scalar = new Scalar(text);
    scalar.type = Scalar.QUOTE_DOUBLE;
    document.setIn(path, scalar);
  }
  return document.toString({ lineWidth: 0 });
}

const isMessage = (context: string): boolean => context.startsWith("messages/");

function parsed(file: string, content: string): GetTextTranslations {
  try {
    return po.parse(content, { validation: true });
  } catch (error) {
    const message = `This is no PO file: ${(error as Error).message}.`;
    const remediation =
      "Take one that `rollout translate export` has written, and that a PO editor has saved.";
    throw new LocalisationError([{ file, line: 1, column: 1, path: "", message, remediation }]);
  }
}

type Fault = Pick<Problem, "message" | "remediation">;

function unknownContext(context: string, english: Texts): Fault {
  return {
    message: "English has no such text.",
    remediation: didYouMean(nearest(context, english.keys()), "Remove the entry, or export anew."),
  };
}

/** A message has to be well formed and to take the values of the English one, no others and no fewer. */
function faultIn(context: string, original: string, text: string): Fault | undefined {
  if (!isMessage(context)) return undefined;
  const malformed = faultOf(text);
  if (malformed !== undefined)
    return {
      message: `The message is malformed: ${malformed}.`,
      remediation: "Compare its braces with the English one.",
    };
  const [wanted, given] = [argumentsOf(original), argumentsOf(text)];
  const missing = [...wanted].filter((name) => !given.has(name));
  const unknown = [...given].filter((name) => !wanted.has(name));
  if (missing.length + unknown.length === 0) return undefined;
  const names = (list: readonly string[]) => list.map((name) => quote(`{${name}}`)).join(", ");
  return {
    message: [
      ...(missing.length > 0 ? [`The message lacks ${names(missing)}.`] : []),
      ...(unknown.length > 0 ? [`The message has no value ${names(unknown)}.`] : []),
    ].join(" "),
    remediation: `Write ${wanted.size === 0 ? "it without values" : names([...wanted])} as in English.`,
  };
}

function lineOf(content: string, context: string): number {
  const at = content.indexOf(`msgctxt "${context}"`);
  return at < 0 ? 1 : content.slice(0, at).split("\n").length;
}
