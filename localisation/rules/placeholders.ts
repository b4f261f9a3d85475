/**
 * What a team has not filled in yet: values marked with `!todo`, and values that say themselves that they are none, such
 * as addresses that RFC 2606 and RFC 5737 keep for examples. A production environment refuses them.
 */
import type { Examination, Rule } from "../check/examination.ts";
import { type PathSegment, type Problem, quote } from "../problem.ts";
import { clusterTargets } from "../schema/hosting.ts";

/** "Example" or "to be filled in", as teams leave it in a file. A word counts alone: Exemplary Ltd is a name. */
const words = [
  ["example", "placeholder", "dummy", "lorem ipsum", "changeme", "to be filled in", "to be confirmed"],
  [
    "beispiel",
    "platzhalter",
    "exemple",
    "à compléter",
    "à remplir",
    "ejemplo",
    "por definir",
    "por completar",
  ],
  ["exemplo", "a definir", "a preencher", "esempio", "da definire", "da compilare", "voorbeeld", "exempel"],
  [
    "eksempel",
    "esimerkki",
    "przykład",
    "příklad",
    "príklad",
    "példa",
    "exemplu",
    "näide",
    "piemērs",
    "pavyzdys",
  ],
  ["örnek", "doldurulacak", "nümunə", "namuna", "мысал", "жишээ", "пример", "приклад", "παράδειγμα"],
  ["contoh", "halimbawa", "ví dụ", "ohatra", "mfano", "isibonelo", "umzekelo", "mohlala", "misali", "àpẹẹrẹ"],
  [
    "tusaale",
    "urugero",
    "ekyokulabirako",
    "ምሳሌ",
    "مثال",
    "نمونه",
    "דוגמה",
    "उदाहरण",
    "উদাহরণ",
    "ਉਦਾਹਰਣ",
    "உதாரணம்",
  ],
  ["ఉదాహరణ", "උදාහරණ", "ตัวอย่าง", "ឧទាហរណ៍", "ຕົວຢ່າງ", "ဥပမာ", "მაგალითი", "օրինակ", "shembull", "primjer"],
  ["示例", "例子", "待定", "待填", "サンプル", "記入例", "예시"],
].flat();

/** Scripts without spaces between words. */
const unspaced = words.filter((word) =>
  /[\p{sc=Han}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u.test(word),
);

const alone = (pattern: string): string => `(?<![\\p{L}\\p{N}\\p{M}])(?:${pattern})(?![\\p{L}\\p{N}\\p{M}])`;
const isPlaceholder = "is a placeholder";

/** Marks that stand in no real text. */
const marks: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: new RegExp(alone("TODO|TBD|TBC|FIXME|[Xx]{3,}"), "u"), what: isPlaceholder },
  {
    pattern: new RegExp(`[（(\\[<]\\s*(?:${words.join("|")}|sample|muster)\\s*[）)\\]>]`, "iu"),
    what: isPlaceholder,
  },
  { pattern: /^[\s?._…-]+$/u, what: isPlaceholder },
  { pattern: /^\+?[\d\s()-]*?(?:0[\s-]?){7,}$/, what: "is the number of no telephone" },
  { pattern: /(?<!\d)(123456789012|000000000000)(?!\d)/, what: "is the account number of the documentation" },
];

const placeholders: typeof marks = [
  { pattern: new RegExp(`${alone(words.join("|"))}|${unspaced.join("|")}`, "iu"), what: isPlaceholder },
  { pattern: /[\w-]\.(test|invalid|localhost)(?=[:/]|$)/i, what: isPlaceholder },
  {
    pattern: /^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+(\/\d+)?$|^2001:0?db8:/i,
    what: "is an address of the documentation",
  },
  ...marks,
];

/** Quotations and texts for readers may use the word. Paths with `/` between fields. */
export const withoutPlaceholders: ReadonlySet<string> = new Set([
  "residency/laws",
  "diagnostic",
  "hosting/environments",
]);

/** Why a text is not the real value, such as `is a placeholder`; undefined where it may be. */
export const placeholderIn = (text: string): string | undefined =>
  placeholders.find(({ pattern }) => pattern.test(text))?.what;

const markIn = (text: string): string | undefined => marks.find(({ pattern }) => pattern.test(text))?.what;

export const productionHasNoPlaceholders: Rule = (examination) => {
  if (examination.circumstances.environment !== "production") return;
  for (const { path, message, remediation, isQuestion } of openValues(examination))
    examination.report(
      path,
      isQuestion ? `This is production. ${message}` : `${message.slice(0, -1)}, and this is production.`,
      remediation,
    );
};

/** Every value that is still to be filled in, with the question that it answers. */
export const placeholdersOf = (examination: Examination): Problem[] =>
  openValues(examination).map(({ path, message, remediation }) =>
    examination.problem(path, message, remediation, "value"),
  );

interface OpenValue {
  readonly path: readonly PathSegment[];
  readonly message: string;
  readonly remediation: string;
  readonly isQuestion: boolean;
}

function openValues(examination: Examination): OpenValue[] {
  const marked = examination.placeholders.map(({ path, question }) => ({
    path,
    message: `Still to be filled in: ${question}`,
    remediation: "Write the answer in place of !todo.",
    isQuestion: true,
  }));
  const target = examination.read("hosting", "target");
  const unused = new Set(clusterTargets.filter((name) => name !== target).map((name) => `hosting/${name}`));
  return [...marked, ...unreal(examination, examination.draft, [], unused, placeholderIn)];
}

function* unreal(
  examination: Examination,
  value: unknown,
  path: readonly PathSegment[],
  unused: ReadonlySet<string>,
  what: (text: string) => string | undefined,
): Generator<OpenValue> {
  const place = path.join("/");
  if (unused.has(place) || place === "hosting/environments" || examination.isPlaceholder(path)) return;
  const find = withoutPlaceholders.has(place) ? markIn : what;
  if (typeof value === "string") {
    const found = find(value);
    if (found !== undefined && examination.isWritten(path))
      yield {
        path,
        message: `${quote(value)} ${found}.`,
        remediation: "Write the real one.",
        isQuestion: false,
      };
  } else if (typeof value === "object" && value !== null)
    for (const [key, item] of Object.entries(value))
      yield* unreal(examination, item, [...path, Array.isArray(value) ? Number(key) : key], unused, find);
}
