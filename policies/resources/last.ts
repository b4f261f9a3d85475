/** Remembers the last result: policies check one resource after each other and share what was read from it. */

export function rememberLast<K extends object, V>(read: (key: K) => V): (key: K) => V {
  let lastKey: K | undefined;
  let lastValue: V;
  return (key) => {
    if (key !== lastKey) {
      lastValue = read(key);
      lastKey = key;
    }
    return lastValue;
  };
}

/** Texts repeat: many objects hold the same settings. */
const mostTexts = 5000;
/** UTF-16 code units of all texts together, so that large files do not stay in memory. */
const mostLength = 8_000_000;

/** Remembers what was read from each of the last few thousand texts. */
export function rememberTexts<V>(read: (text: string) => V): (text: string) => V {
  const known = new Map<string, V>();
  let length = 0;
  return (text) => {
    const found = known.get(text);
    if (found !== undefined || known.has(text)) return found as V;
    const value = read(text);
    if (known.size >= mostTexts || length > mostLength) {
      known.clear();
      length = 0;
    }
    length += text.length;
    known.set(text, value);
    return value;
  };
}

/** Remembers what was read from each of the last few thousand texts, under the last of the keys that it had. */
export function rememberSettings<V>(
  read: (key: string, text: string) => V,
): (key: string, text: string) => V {
  const lastOf = rememberTexts((text) => rememberLastKey((key) => read(key, text)));
  return (key, text) => lastOf(text)(key);
}

function rememberLastKey<V>(read: (key: string) => V): (key: string) => V {
  let last: { readonly key: string; readonly value: V } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: read(key) };
    return last.value;
  };
}
