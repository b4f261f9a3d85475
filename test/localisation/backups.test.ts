/** Where the backups of a file's stacks lie, and the authority of their store. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadCountry } from "../../localisation/load.ts";
import { TestAuthority } from "../data-path/certificates.ts";
import { Folder, problemsOf, today, validFile, warningsOf } from "./fixture.ts";

const registered = validFile.replace(
  "residency:",
  () => "residency:\n  endpoints: [{ host: s3.go.ke, purpose: backup, country: KE, dataClasses: [backups] }]",
);

const withEnvironments = (destination: string, pilot = "{}") => `${registered}hosting:
  target: local
  kubernetes: { domain: sme.go.ke }
  backup: { destination: { endpoint: "https://s3.go.ke", bucket: backups, country: KE${destination} } }
  environments:
    pilot: { hosting: { target: kubernetes, kubernetes: { namespace: rollout-pilot }, backup: ${pilot} } }
    staging: { hosting: { target: kubernetes } }
`;

describe("the folder of the backups", () => {
  test("is named after the country, the environment and the namespace, so that no two stacks have the same", () => {
    using folder = new Folder();
    const file = folder.write("file.yaml", withEnvironments(""));
    const folderOf = (environment?: string) =>
      loadCountry(file, { today, ...(environment !== undefined && { environment }) }).country.hosting.backup
        .destination?.folder;
    expect([folderOf(), folderOf("pilot"), folderOf("staging")]).toEqual([
      "ke-base/rollout",
      "ke-pilot/rollout-pilot",
      "ke-staging/rollout",
    ]);
  });

  test("is refused where the file gives two stacks the same one, whichever of them is asked for", () => {
    const same = withEnvironments(", folder: sme");
    const of = (shown: string, other: string) => [
      `file:32:96  hosting.backup.destination.folder: The backups of "${shown}" would be in the same folder as those of "${other}": sme in backups. Remove folder, then each environment has its own, or write another one.`,
    ];
    expect(problemsOf(same)).toEqual(of("staging", "pilot"));
    expect(problemsOf(same, { environment: "staging" })).toEqual(of("staging", "pilot"));
    expect(problemsOf(same, { environment: "pilot" })).toEqual(of("pilot", "staging"));
  });

  test("may be another's only in another bucket, and the bucket itself only for one", () => {
    const own = "{ destination: { bucket: pilot-backups } }";
    expect(problemsOf(withEnvironments(", folder: sme", own))).toEqual([]);
    const address = '{ destination: { endpoint: "https://S3.go.ke:443/" } }';
    expect(problemsOf(withEnvironments(", folder: sme", address))).toHaveLength(1);
    // Backups of a version that knew no folders, which one environment keeps.
    const old = '{ destination: { folder: "/" } }';
    expect(problemsOf(withEnvironments("", old))).toEqual([]);
    expect(problemsOf(withEnvironments(', folder: "/"'))).toHaveLength(1);
    // One in the other.
    const inside = "{ destination: { folder: sme/relational-store } }";
    expect(problemsOf(withEnvironments(", folder: sme", inside))).toHaveLength(1);
  });

  test("is a name, not a way out of the bucket", () => {
    for (const wrong of ["../other", "a//b", "/a", "a/", '"a b"', '""'])
      expect(problemsOf(withEnvironments(`, folder: ${wrong}`))[0], wrong).toMatch(
        /folder: .*a folder's name/,
      );
  });
});

describe("the authority of the backups' store", () => {
  const file = (authority: string, scheme = "https") => `${registered}hosting:
  backup:
    destination:
      endpoint: ${scheme}://s3.go.ke
      bucket: backups
      country: KE
      authority: ${authority.includes("\n") ? `|\n${authority.replaceAll(/^/gm, "        ")}` : authority}
`;
  const present = { today: new Date().toISOString().slice(0, 10) };
  const problem = (text: string) => [`file:35:18  hosting.backup.destination.authority: ${text}`];

  test("is one certificate or several, while an authority is replaced", async () => {
    const [first, second] = [await TestAuthority.make(), await TestAuthority.make("CN=Next")];
    expect(problemsOf(file(first.pem), present)).toEqual([]);
    expect(problemsOf(file(`# the old one\n${first.pem}${second.pem}`), present)).toEqual([]);
  });

  test("is refused where it is no certificate, or not an authority's, and says what to give", async () => {
    const noText = problem(
      "It is no certificate in PEM. Write `authority: |`, and below it the text from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.",
    );
    expect(problemsOf(file("ministry-authority"), present)).toEqual(noText);
    const { pem } = await TestAuthority.make();
    expect(problemsOf(file(pem.replaceAll("M", "A")), present)).toEqual(noText);
    using folder = new Folder();
    const leaf = await (await TestAuthority.make()).issue(join(folder.path, "leaf"), "s3.go.ke");
    expect(problemsOf(file(readFileSync(leaf.certificate, "utf8")), present)).toEqual(
      problem(
        '"s3.go.ke" is not an authority: its certificate does not say CA:TRUE. Give the certificate of the authority that signed it.',
      ),
    );
    expect(problemsOf(file(pem + readFileSync(leaf.key, "utf8")), present)).toEqual(
      problem(
        "It holds a private key, which everyone who reads this file could use. Give the certificate alone, and replace the key: it is no longer a secret.",
      ),
    );
  });

  test("before and after its days is warned of, and the file stays readable", async () => {
    const { pem } = await TestAuthority.make("CN=Ministry");
    const on = (today: string) => {
      expect(problemsOf(file(pem), { today })).toEqual([]);
      return warningsOf(file(pem), { today }).join("\n");
    };
    expect(on("2099-01-01")).toMatch(
      /authority: "Ministry" ended on \d{4}-\d\d-\d\d: backups fail\. Give the authority's present certificate\./,
    );
    expect(on("2020-01-01")).toMatch(/authority: "Ministry" is valid only from \d{4}-\d\d-\d\d\. /);
  });

  test("has no effect on a store without TLS, and the file says so", async () => {
    const { pem } = await TestAuthority.make();
    expect(warningsOf(file(pem, "http"), present)).toContain(
      "file:35:7  hosting.backup.destination.authority: It has no effect: the endpoint is not HTTPS. Use https:// there, or remove it.",
    );
  });
});
