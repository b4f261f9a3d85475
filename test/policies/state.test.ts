/** States and the files of a project are checked as a plan is. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";
import { checkCountry } from "../../policies/check-country.ts";
import { readProject } from "../../policies/inputs/project.ts";
import { readState } from "../../policies/inputs/state.ts";

const loaded = loadCountry(join(packageRoot, "policies", "example-country.yaml"));
const folder = mkdtempSync(join(tmpdir(), "state-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const secret = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "v1:AAAA:BBBB",
};
const urn = (type: string, name: string) => `urn:pulumi:za::country-rollout-kit::${type}::${name}`;
const provider = {
  urn: urn("pulumi:providers:aws", "aws"),
  type: "pulumi:providers:aws",
  id: "0b1c",
  custom: true,
  inputs: { region: "eu-west-1" },
  outputs: { region: "eu-west-1" },
};

function state(
  changes: { outputs?: object; secrets?: string; inputs?: object; bucketOutputs?: object } = {},
) {
  return JSON.stringify({
    version: 3,
    deployment: {
      secrets_providers: { type: changes.secrets ?? "passphrase", state: { salt: "v1:x" } },
      resources: [
        {
          urn: urn("pulumi:pulumi:Stack", "country-rollout-kit-za"),
          type: "pulumi:pulumi:Stack",
          custom: false,
          outputs: changes.outputs ?? {},
        },
        provider,
        {
          urn: urn("aws:s3/bucket:Bucket", "backups"),
          type: "aws:s3/bucket:Bucket",
          id: "backups",
          custom: true,
          provider: `${provider.urn}::${provider.id}`,
          inputs: changes.inputs ?? { bucket: "backups" },
          outputs: changes.bucketOutputs ?? { bucket: "backups" },
        },
        { urn: urn("rollout:components:Broker", "broker"), type: "rollout:components:Broker", custom: false },
      ],
    },
  });
}

const foundIn = (text: string) =>
  checkCountry(loaded, { subject: { kind: "state", resources: readState(text), description: "the state" } })
    .findings;

const bucketAbroad = (text: string) =>
  foundIn(text).find(({ policy, subject }) => policy === "region-abroad" && subject === "Bucket/backups");

describe("a state", () => {
  test("is checked by the region of each resource's provider", () => {
    expect(bucketAbroad(state())).toMatchObject({ value: "eu-west-1", verdict: "fail" });
  });

  test("is checked by the place that the provider chose where the program named none", () => {
    const put = { inputs: {}, bucketOutputs: { region: "eu-central-1", acl: "private" } };
    expect(bucketAbroad(state(put))?.value).toBe("eu-central-1");
  });

  test("shows no secret, and passes what is encrypted", () => {
    const password = { outputs: { adminPassword: secret } };
    const findings = foundIn(state(password));
    expect(findings.filter(({ policy }) => policy === "secret-in-plain")).toEqual([]);
    expect(JSON.stringify(readState(state(password)))).not.toContain("v1:AAAA");
  });

  test("is refused with an output in plain text, which the message does not show", () => {
    const [finding] = foundIn(state({ outputs: { adminPassword: "correct-horse" } })).filter(
      ({ policy }) => policy === "secret-in-plain",
    );
    expect(finding).toMatchObject({ subject: "Stack/country-rollout-kit-za", path: "adminPassword" });
    expect(JSON.stringify(finding)).not.toContain("horse");
  });

  test.each([
    ["", "has no secrets provider"],
    ["service", "by Pulumi's own service abroad"],
  ])("whose secrets provider is %j is refused", (secrets, words) => {
    const finding = foundIn(state({ secrets })).find(({ policy }) => policy === "state-settings");
    expect(finding?.message).toContain(words);
  });

  test.each([
    ["kind: [", "It is not JSON."],
    ["[]", "no deployment"],
    ['{"deployment":{"resources":[{}]}}', "deployment.resources[0] has no type."],
    ['{"deployment":{"resources":[7]}}', "deployment.resources[0] is not a resource."],
    [`{"deployment":${'{"a":'.repeat(500)}1${"}".repeat(500)}}`, "nested more than"],
  ])("that is not valid is refused: %.40s", (text, words) => {
    expect(() => readState(text)).toThrow(words);
  });
});

describe("a project's files", () => {
  test("say where the state is, who encrypts it, and what is in plain text", () => {
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      "name: kit\nruntime: nodejs\nbackend: { url: https://api.pulumi.com }\n",
    );
    writeFileSync(
      join(folder, "Pulumi.za.yaml"),
      "encryptionsalt: v1:x\nconfig: { kit:password: correct-horse, kit:token: { secure: v1:abc } }\n",
    );
    const { findings } = checkCountry(loaded, { subject: { kind: "file" }, also: readProject(folder) });
    const found = findings.map(({ policy, subject, path }) => `${policy} ${subject} ${path}`);
    expect(found).toContain("state-settings Project/Pulumi.yaml backend.url");
    expect(found).toContain('secret-in-plain StackSettings/za config["kit:password"]');
    expect(found.filter((text) => text.startsWith("secret-in-plain"))).toHaveLength(1);
    expect(JSON.stringify(findings)).not.toContain("horse");
  });

  test("that are missing or broken are refused", () => {
    expect(() => readProject(join(folder, "none"))).toThrow();
    writeFileSync(join(folder, "Pulumi.broken.yaml"), "config: [\n");
    expect(() => readProject(folder)).toThrow();
  });
});

test("the kit's own project file is checked too", () => {
  const [project] = readProject(packageRoot);
  expect(project).toMatchObject({
    type: "pulumi:pulumi:Project",
    properties: { name: "country-rollout-kit" },
  });
});
