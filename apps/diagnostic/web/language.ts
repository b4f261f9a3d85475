/** Which language a page is shown in: the first known of the path's (`/pt-BR/…`), the cookie's, the account's, the browser's and the country's. */
import { parseAccept } from "hono/utils/accept";
import { getPath } from "hono/utils/url";

export interface LanguageWishes {
  readonly path: string | undefined;
  readonly cookie: string | undefined;
  readonly account: string | undefined;
  readonly acceptLanguage: string | undefined;
}

/** Splits `/pt-BR/machines` into the language and `/machines`. */
export function splitPath(
  path: string,
  offered: Iterable<string>,
): { language: string | undefined; path: string } {
  const [, first = "", rest = ""] = /^\/([^/]*)(.*)$/s.exec(path) ?? [];
  const language = [...offered].find((tag) => tag.toLowerCase() === first.toLowerCase());
  return language === undefined ? { language, path } : { language, path: rest === "" ? "/" : rest };
}

/** For Hono's `getPath`: routes are matched without the language. */
export function pathWithoutLanguage(offered: readonly string[]): (request: Request) => string {
  return (request) => splitPath(getPath(request), offered).path;
}

/** @param offered the first is the country's default. */
export function chooseLanguage(offered: readonly string[], wishes: LanguageWishes): string {
  const browser = parseAccept(wishes.acceptLanguage?.slice(0, 500) ?? "")
    .toSorted((a, b) => b.q - a.q)
    .map(({ type }) => type);
  const wanted = [wishes.path, wishes.cookie, wishes.account, ...browser];
  for (const tag of wanted) {
    const found = tag === undefined ? undefined : nearest(offered, tag.trim().toLowerCase());
    if (found !== undefined) return found;
  }
  return offered[0]!;
}

/** "pt" and "pt-PT" get "pt-BR" where nothing is nearer. */
function nearest(offered: readonly string[], tag: string): string | undefined {
  const base = (value: string) => value.toLowerCase().split("-")[0];
  return (
    offered.find((candidate) => candidate.toLowerCase() === tag) ??
    offered.find((candidate) => base(candidate) === base(tag))
  );
}
