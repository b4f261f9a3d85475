/** Remembers the last answer: the policies that look at one resource one after the other share what is read from it. */

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
