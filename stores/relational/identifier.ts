/** Identifiers made from names in any script, for a level of an MQTT topic: lower-case letters, digits and hyphens. */
import anyAscii from "any-ascii";

/** With a hyphen and six more characters it stays within the 40 that a level may have. */
const longest = 32;

/**
 * "Müller & Söhne" gives "muller-sohne", "ঢাকা টেক্সটাইল" gives "dhaka-tekstail".
 * @param otherwise the identifier of a name without any letter or digit.
 */
export function identifierOf(name: string, otherwise: string): string {
  const words = name
    .normalize("NFC")
    .replace(/\p{P}+/gu, " ")
    // The library leaves alif out, and with it the vowels by which people know an Arabic name again.
    .replace(/[اأإٱ]/g, "a");
  return (
    anyAscii(words)
      .toLowerCase()
      // Signs that stand for a letter between others, such as "ch'erk'a" for "ጨርቃ".
      .replace(/['`]/g, "")
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+/, "")
      .slice(0, longest)
      .replace(/-+$/, "") || otherwise
  );
}
