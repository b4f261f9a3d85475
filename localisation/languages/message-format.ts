/** Checks ICU MessageFormat texts before a page would fail on them. */
import { IntlMessageFormat } from "intl-messageformat";

type Element = ReturnType<IntlMessageFormat["getAst"]>[number];

/** Only these characters have a special meaning. */
const special = /[{}'#]/;

/** Names of the values that a message takes. @throws SyntaxError where it is malformed */
export function argumentsOf(message: string): ReadonlySet<string> {
  const names = new Set<string>();
  if (special.test(message)) collect(parse(message), names);
  return names;
}

/** What is wrong with a message; undefined where it is valid. */
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

/** Only the parser: an IntlMessageFormat would also look up its locale. */
function parse(message: string): Element[] {
  return IntlMessageFormat.__parse?.(message, { ignoreTag: true }) ?? [];
}

function collect(elements: readonly Element[], names: Set<string>): void {
  for (const element of elements) {
    // 0 is plain text and 7 the number sign; the value of other elements is their name.
    if (element.type !== 0 && element.type !== 7) names.add(element.value);
    if ("options" in element)
      for (const option of Object.values(element.options)) collect(option.value, names);
    if ("children" in element) collect(element.children, names);
  }
}
