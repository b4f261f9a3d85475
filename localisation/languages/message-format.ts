/** Checks ICU MessageFormat texts before a page would fail on them. */
import { IntlMessageFormat } from "intl-messageformat";

type Element = ReturnType<IntlMessageFormat["getAst"]>[number];

/** Only these characters mean more than themselves. */
const special = /[{}'#]/;

/** Names of the values that a message takes. @throws SyntaxError where it is malformed */
export function argumentsOf(message: string): ReadonlySet<string> {
  const names = new Set<string>();
  if (special.test(message)) collect(parse(message), names);
  return names;
}

/** What is wrong with a message, in words; undefined where nothing is. */
export function faultOf(message: string): string | undefined {
  if (!special.test(message)) return undefined;
  try {
    parse(message);
    return undefined;
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    return fault.toLowerCase().replaceAll("_", " ");
  }
}

/** The parser alone: a whole IntlMessageFormat also looks up its locale. */
function parse(message: string): Element[] {
  return IntlMessageFormat.__parse?.(message, { ignoreTag: true }) ?? [];
}

function collect(elements: readonly Element[], names: Set<string>): void {
  for (const element of elements) {
    // 0 is plain text and 7 the number sign; whatever else has a value is named by it.
    if (element.type !== 0 && element.type !== 7) names.add(element.value);
    if ("options" in element)
      for (const option of Object.values(element.options)) collect(option.value, names);
    if ("children" in element) collect(element.children, names);
  }
}
