/** Anyone's YAML as resources: what a cluster would read, or located errors. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { formatProblem, LocalisationError } from "../../localisation/problem.ts";
import { readManifests } from "../../policies/inputs/manifest-folder.ts";
import { parseManifests } from "../../policies/inputs/manifests.ts";

const folder = mkdtempSync(join(tmpdir(), "manifests-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function problemsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof LocalisationError) return error.problems.map(formatProblem);
    throw error;
  }
  return [];
}
const wrong = (text: string) => problemsOf(() => parseManifests(text, "a.yaml"));

describe("objects", () => {
  test("of several documents, each with its line", () => {
    const text =
      "# Source: chart/templates/a.yaml\n---\n\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: a }\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: b, namespace: team }\n";
    expect(parseManifests(text, "a.yaml")).toMatchObject([
      { type: "kubernetes:core/v1:Pod", name: "Pod/a", source: { file: "a.yaml", line: 5 } },
      { type: "kubernetes:apps/v1:Deployment", name: "team/Deployment/b", source: { line: 9 } },
    ]);
  });

  test("of lists, nested and typed", () => {
    const text = `
kind: List
apiVersion: v1
items:
  - { apiVersion: v1, kind: Pod, metadata: { name: a } }
  - kind: ServiceList
    apiVersion: v1
    items:
      - metadata: { name: b }
`;
    expect(parseManifests(text, "a.yaml").map(({ name, source }) => [name, source?.line])).toEqual([
      ["Pod/a", 5],
      ["Service/b", 9],
    ]);
  });

  test("of JSON", () => {
    const text = JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "a" } });
    expect(parseManifests(text, "a.json")).toMatchObject([{ name: "Pod/a" }]);
  });

  test("as the cluster reads them: yes is true, times and base-60 numbers are text, merges merge", () => {
    const text = `
apiVersion: v1
kind: Pod
metadata: { name: a }
base: &base { hostPID: on }
spec: { <<: *base, hostNetwork: yes, hostIPC: "yes", at: 2026-01-01, ports: 22:22, mode: 0440 }`;
    expect(parseManifests(text, "a.yaml")[0]?.properties.spec).toEqual({
      hostPID: true,
      hostNetwork: true,
      hostIPC: "yes",
      at: "2026-01-01",
      ports: "22:22",
      mode: 288,
    });
  });

  test("with keys that mean something to JavaScript keep them as plain keys", () => {
    const text =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { __proto__: x, constructor: w, toString: z }";
    const [resource] = parseManifests(text, "a.yaml");
    expect(Object.entries(resource?.properties.data ?? {})).toEqual([
      ["__proto__", "x"],
      ["constructor", "w"],
      ["toString", "z"],
    ]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe("errors say where and how to fix it", () => {
  test.each([
    [
      "broken YAML",
      "apiVersion: v1\nkind: Pod\n  metadata: {",
      /^a\.yaml:2:7 {2}.*\. Correct the YAML; `kubectl apply --dry-run=client -f` reads it the same way\.$/,
    ],
    [
      "a template",
      "apiVersion: v1\nkind: {{ .Values.kind }}\nmetadata: { name: a }\n",
      /render it first with `helm template`\.$/,
    ],
    ["a chart's values", "replicas: 3\nimage: nginx\n", /^a\.yaml:1:1 {2}This is not a Kubernetes object/],
    ["a list of texts", "- a\n- b\n", /^a\.yaml:1:1 {2}This is not a Kubernetes object/],
    ["a text", "hello", /^a\.yaml:1:1 {2}This is not a Kubernetes object/],
    ["no name", "apiVersion: v1\nkind: Pod\n", /^a\.yaml:1:1 {2}The Pod has no name\. Add metadata\.name\.$/],
    [
      "an item without a kind",
      "apiVersion: v1\nkind: List\nitems:\n  - metadata: { name: a }\n",
      /^a\.yaml:4:5 {2}items\[0\]: This is not a Kubernetes object/,
    ],
    [
      "a key twice",
      "apiVersion: v1\nkind: Pod\nkind: Secret\nmetadata: { name: a }\n",
      /^a\.yaml:3:1 {2}Map keys must be unique/,
    ],
  ])("%s", (_, text, message) => {
    const problems = wrong(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  test("aliases that explode", () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) =>
        `a${level}: &a${level} [${Array(10)
          .fill(level === 0 ? "x" : `*a${level - 1}`)
          .join(",")}]`,
    );
    const [problem] = wrong(`apiVersion: v1\nkind: Pod\nmetadata: { name: a }\n${levels.join("\n")}\n`);
    expect(problem).toMatch(/alias.*Replace aliases/i);
  });

  test("values nested too deep", () => {
    const text = (depth: number) =>
      `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: ${"[".repeat(depth)}${"]".repeat(depth)}\n`;
    expect(wrong(text(90))).toEqual([]);
    expect(wrong(text(200))[0]).toMatch(/nested more than 100 deep/);
    expect(wrong(text(100_000))[0]).toMatch(/nested/);
  });

  test("all files of a folder at once, and what is no text", () => {
    const broken = join(folder, "broken");
    mkdirSync(join(broken, "below", ".hidden"), { recursive: true });
    writeFileSync(join(broken, "a.yaml"), "kind: [\n");
    writeFileSync(join(broken, "below", "b.yml"), Buffer.from([0xff, 0xfe, 0x00, 0x80]));
    writeFileSync(join(broken, "below", ".hidden", "c.yaml"), "kind: [\n");
    writeFileSync(join(broken, "NOTES.txt"), "not read");
    symlinkSync("/etc/hosts", join(broken, "link.yaml"));
    symlinkSync("/gone", join(broken, "nowhere.yaml"));
    const problems = problemsOf(() => readManifests(broken));
    const places = problems.map((problem) => problem.slice(broken.length + 1));
    expect(places).toEqual([
      expect.stringMatching(/^a\.yaml:2:1 {2}/),
      expect.stringMatching(/^below\/\.hidden\/c\.yaml:2:1 {2}/),
      expect.stringMatching(/^below\/b\.yml:1:1 {2}The file is not text in UTF-8\./),
      expect.stringMatching(/^link\.yaml:1:1 {2}/),
      expect.stringMatching(/^nowhere\.yaml:1:1 {2}The link leads nowhere\./),
    ]);
  });

  test("a folder without manifests, and none at all", () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    expect(problemsOf(() => readManifests(empty))[0]).toContain("The folder has no manifest.");
    expect(problemsOf(() => readManifests(join(folder, "gone")))[0]).toContain(
      "There is no such file or folder.",
    );
  });
});

const service = (name: string) =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: team }\n`;

describe("a folder", () => {
  test("is read with what is hidden and what is linked, once where a link leads back", () => {
    const linked = join(folder, "linked");
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(join(linked, ".hidden"), { recursive: true });
    mkdirSync(elsewhere);
    writeFileSync(join(linked, ".a.yaml"), service("hidden-file"));
    writeFileSync(join(linked, ".hidden", "b.yaml"), service("hidden-folder"));
    writeFileSync(join(elsewhere, "c.yaml"), service("linked"));
    symlinkSync(join(elsewhere, "c.yaml"), join(linked, "c.yaml"));
    symlinkSync(elsewhere, join(linked, "d"));
    symlinkSync(linked, join(linked, "e"));
    expect(readManifests(linked)).toEqual({
      resources: ["hidden-file", "hidden-folder", "linked", "linked"].map((name) =>
        expect.objectContaining({ name: `team/Service/${name}` }),
      ),
      unread: [],
    });
  });

  test("says of a kustomization and a chart how to get what they make", () => {
    const sources = join(folder, "sources");
    mkdirSync(join(sources, "chart"), { recursive: true });
    writeFileSync(join(sources, "a.yaml"), service("a"));
    writeFileSync(
      join(sources, "kustomization.yaml"),
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n",
    );
    writeFileSync(
      join(sources, "patch.yaml"),
      "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nmetadata: { name: tls }\n",
    );
    writeFileSync(join(sources, "chart", "Chart.yaml"), "apiVersion: v2\nname: a\nversion: 1.0.0\n");
    const { resources, unread } = readManifests(sources);
    expect(resources.map(({ name }) => name)).toEqual(["team/Service/a"]);
    expect(
      unread.map(({ subject, message, remediation }) => [basename(subject), message, remediation]),
    ).toEqual([
      [
        "Chart.yaml",
        "It is not checked: This is a Helm chart: what it makes is not here.",
        "Check what `helm template` prints for it.",
      ],
      ...["kustomization.yaml", "patch.yaml"].map((name) => [
        name,
        "It is not checked: This is a kustomization: what it makes of the files is not here.",
        "Check what `kubectl kustomize` prints for it.",
      ]),
    ]);
  });

  test("gives all else where a folder in it, a file and a pipe can't be read", () => {
    const mixed = join(folder, "no-rights");
    mkdirSync(join(mixed, "locked"), { recursive: true });
    writeFileSync(join(mixed, "a.yaml"), service("a"));
    writeFileSync(join(mixed, "locked", "b.yaml"), service("b"));
    writeFileSync(join(mixed, "c.yaml"), service("c"), { mode: 0o000 });
    execFileSync("mkfifo", [join(mixed, "d.yaml")]);
    chmodSync(join(mixed, "locked"), 0o000);
    chmodSync(folder, 0o755);
    const module = pathToFileURL(join(packageRoot, "policies", "inputs", "manifest-folder.ts")).href;
    // Another user than root, who may read everything.
    const program = `
      const { readManifests } = await import(${JSON.stringify(module)});
      if (process.getuid() === 0) process.setuid(65534);
      console.log(JSON.stringify(readManifests(${JSON.stringify(mixed)})));`;
    const { resources, unread } = JSON.parse(
      execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" }),
    ) as ReturnType<typeof readManifests>;
    chmodSync(join(mixed, "locked"), 0o755);
    expect(resources.map(({ name }) => name)).toEqual(["team/Service/a"]);
    expect(unread.map(({ subject, message }) => `${basename(subject)}: ${message}`)).toEqual([
      "locked: It is not checked: The folder can't be read: this user may not do that there (EACCES).",
      "c.yaml: It is not checked: The file can't be read: this user may not do that there (EACCES).",
      "d.yaml: It is not checked: It is not a file.",
    ]);
  });

  test("may be one file of any name", () => {
    const one = join(folder, "rendered.txt");
    writeFileSync(one, service("a"));
    expect(readManifests(one).resources).toHaveLength(1);
  });

  test("with one template still gives all else, in the same file too", () => {
    const mixed = join(folder, "mixed");
    mkdirSync(mixed);
    writeFileSync(
      join(mixed, "a.yaml"),
      `${service("a")}---\nkind: {{ .Values.kind }}\n---\n${service("b")}`,
    );
    writeFileSync(join(mixed, "c.yaml"), service("c"));
    const { resources, unread } = readManifests(mixed);
    expect(resources.map(({ name }) => name)).toEqual(["a", "b", "c"].map((name) => `team/Service/${name}`));
    expect(unread).toEqual([
      expect.objectContaining({
        subject: join(mixed, "a.yaml"),
        message: expect.stringMatching(/^It is not checked: /),
        remediation: "This is a template: render it first with `helm template`.",
        source: { file: join(mixed, "a.yaml"), line: 5 },
      }),
    ]);
  });

  test("with charts' values gives the charts that its script installs", () => {
    const charts = join(folder, "charts");
    mkdirSync(charts);
    const line = (name: string) =>
      `helm upgrade --install ${name} oci://registry.example/charts/${name} --version 1.2.3 --namespace ops --create-namespace --atomic --values ${name}.yaml\n`;
    writeFileSync(join(charts, "install.sh"), `#!/bin/sh\n${line("manager")}${line("gone")}`);
    writeFileSync(join(charts, "manager.yaml"), "image: { registry: registry.example }\n");
    writeFileSync(join(charts, "other.yaml"), "replicas: 1\n");
    const { resources, unread } = readManifests(charts);
    expect(resources).toMatchObject([
      {
        type: "kubernetes:helm.sh/v3:Release",
        name: "Release/manager",
        properties: {
          chart: "oci://registry.example/charts/manager",
          version: "1.2.3",
          values: { image: { registry: "registry.example" } },
        },
      },
    ]);
    expect(unread.map(({ subject, message }) => `${subject.slice(charts.length + 1)} ${message}`)).toEqual([
      `gone.yaml It is not checked: There is no such file, and ${join(charts, "install.sh")} installs gone with it.`,
      "other.yaml It is not checked: This is not a Kubernetes object: it has no apiVersion and kind.",
    ]);
  });
});

test("ten thousand documents in one file are all read", () => {
  const one = (index: number) =>
    `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c${index}, namespace: team }\ndata: { key: "value ${index}" }\n`;
  const text = Array.from({ length: 10_000 }, (_, index) => one(index)).join("");
  const resources = parseManifests(text, "many.yaml");
  expect(resources).toHaveLength(10_000);
  expect(resources.at(-1)).toMatchObject({ name: "team/ConfigMap/c9999", source: { line: 49_997 } });
});
