/** Which passwords are guessed first, and which are not. */
import { describe, expect, test } from "vitest";
import { type Weakness, weaknessOf } from "../../apps/diagnostic/accounts/weak-password.ts";

const own = ["thandi.owner@metal.test", "Şahin Metal Works"];
const of = (passwords: readonly string[]) =>
  Object.fromEntries(passwords.map((password) => [password, weaknessOf(password, own)]));
const all = (passwords: readonly string[], weakness: Weakness | undefined) =>
  Object.fromEntries(passwords.map((password) => [password, weakness]));

describe("a password", () => {
  test("of repeated characters, rows or dates is weak", () => {
    const passwords = [
      "1234567890",
      "0987654321",
      "          ",
      "aaaaaaaaaa",
      "1111122222",
      "ababababab",
      "abcabcabcabc",
      "qwertyuiop",
      "1q2w3e4r5t",
      "abcdefghij",
      "12/05/1984",
      "asdfghjkl;",
      "2580258025",
    ];
    expect(of(passwords)).toEqual(all(passwords, "repeated"));
  });

  test("of a common word is weak, with digits, signs for letters, twice or backwards", () => {
    const passwords = [
      "password12",
      "Password123!",
      "P@ssw0rd2024",
      "passwordpassword",
      "drowssap12",
      "strawberry",
      "Summer2026!",
      "iloveyou12",
      "galatasaray1905",
      "wagwoord12",
      "iphasiwedi1",
      "qwerty letmein",
    ];
    expect(of(passwords)).toEqual(all(passwords, "common"));
  });

  test("of the own address or a name is weak", () => {
    const passwords = [
      "thandi.owner@metal.test",
      "thandi.owner1",
      "SahinMetal2026",
      "şahin metal!",
      "sahinmetalworks",
    ];
    expect(of(passwords)).toEqual(all(passwords, "own"));
    expect(weaknessOf("thandi.owner1", [])).toBeUndefined();
  });

  test("of several words or of random characters is not", () => {
    const passwords = [
      "three short words",
      "correct horse battery staple",
      "correcthorsebatterystaple",
      "xk7Qp2mzR9",
      "k2m9x-p4w7z-h3c8v-t6b5n",
      "the owner's green lathe",
      "amagama amathathu amafushane",
      "üç kısa sözcük",
    ];
    expect(of(passwords)).toEqual(all(passwords, undefined));
  });
});
