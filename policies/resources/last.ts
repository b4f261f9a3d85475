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
