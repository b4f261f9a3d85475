/** Which passwords are guessed first, and which are not. */
import { describe, expect, test } from "vitest";
import { type Weakness, weaknessOf } from "../../apps/diagnostic/accounts/weak-password.ts";

const common = ["Wagwoord", "Iphasiwedi"];
const own = ["thandi.owner@metal.test", "Şahin Metal Works"];

async function of(passwords: readonly string[]) {
  const all = passwords.map(async (password) => [password, await weaknessOf(password, { common, own })]);
  return Object.fromEntries(await Promise.all(all));
}

const all = (passwords: readonly string[], weakness: Weakness | undefined) =>
  Object.fromEntries(passwords.map((password) => [password, weakness]));

describe("a password", () => {
  test("of repeated characters, rows or dates is weak", async () => {
    const passwords = [
      "1234567890",
      "0987654321",
      "          ",
      "aaaaaaaaaa",
      "1111122222",
      "ababababab",
      "abcabcabcabc",
      "passwordpassword",
      "abcdefghij",
      "12/05/1984",
      "asdfghjkl;",
    ];
    expect(await of(passwords)).toEqual(all(passwords, "repeated"));
  });

  test("of a common word is weak, with digits, signs for letters, twice or backwards", async () => {
    const passwords = [
      "password12",
      "Password123!",
      "P@ssw0rd2024",
      "qwertyuiop",
      "1q2w3e4r5t",
      "drowssap12",
      "strawberry",
      "Summer2026!",
      "iloveyou12",
      "galatasaray1905",
      "wagwoord12",
      "iphasiwedi1",
    ];
    expect(await of(passwords)).toEqual(all(passwords, "common"));
  });

  test("of the own address or a name is weak", async () => {
    const passwords = [
      "thandi.owner@metal.test",
      "thandi.owner1",
      "SahinMetal2026",
      "şahin metal!",
      "sahinmetalworks",
    ];
    expect(await of(passwords)).toEqual(all(passwords, "own"));
    expect(await weaknessOf("thandi.owner1", { common, own: [] })).toBeUndefined();
  });

  test("of several words or of random characters is not", async () => {
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
    expect(await of(passwords)).toEqual(all(passwords, undefined));
  });
});
