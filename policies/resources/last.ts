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

/** Remembers what was read from each of the last few thousand texts. */
export function rememberTexts<V>(read: (text: string) => V): (text: string) => V {
  const known = new Map<string, V>();
  return (text) => {
    if (known.has(text)) return known.get(text) as V;
    const value = read(text);
    if (known.size >= mostTexts) known.clear();
    known.set(text, value);
    return value;
  };
}
