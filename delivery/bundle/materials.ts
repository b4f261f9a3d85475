/** The bill of materials of a bundle: CycloneDX 1.6 JSON, https://cyclonedx.org/docs/1.6/json/. The same bundle gives the same text. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StackChart, StackImage } from "../images/list.ts";
import type { NodePackage } from "../node-packages.ts";
import type { EngineProgram } from "./engine-programs.ts";

interface Component {
  readonly type: "application" | "library" | "container" | "file";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly licenses?: readonly object[];
  readonly hashes?: readonly { readonly alg: "SHA-256"; readonly content: string }[];
}

export interface Materials {
  readonly kit: string;
  readonly packages: readonly NodePackage[];
  readonly engine: readonly EngineProgram[];
  readonly images: readonly StackImage[];
  readonly charts: readonly StackChart[];
}

export function billOfMaterials({ kit, packages, engine, images, charts }: Materials): string {
  const root: Component = {
    type: "application",
    "bom-ref": `pkg:npm/country-rollout-kit@${kit}`,
    name: "country-rollout-kit",
    version: kit,
    purl: `pkg:npm/country-rollout-kit@${kit}`,
    licenses: [{ license: { id: "Apache-2.0" } }],
  };
  const components = [
    ...packages.map(packageComponent),
    ...engine.map(({ name, version }) =>
      component("application", name, version, `pkg:generic/${name}@${version}`),
    ),
    ...images.map(imageComponent),
    ...charts.map(({ source }) => reference("file", source)),
  ];
  const byReference = new Map(components.map((item) => [item["bom-ref"], item]));
  const sorted = [...byReference.values()].sort((a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1));
  const bill = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: root },
    components: sorted,
    dependencies: [{ ref: root["bom-ref"], dependsOn: sorted.map((item) => item["bom-ref"]) }],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function packageComponent({ name, version, folder }: NodePackage): Component {
  const { license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { license?: unknown };
  // In a package URL, the @ of a scope is escaped.
  const address = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const licences =
    typeof license !== "string"
      ? []
      : // An expression of SPDX's names, or what the package says instead.
        /^[A-Za-z0-9.+() -]+$/.test(license) && !license.startsWith("SEE ")
        ? [{ expression: license }]
        : [{ license: { name: license } }];
  return {
    ...component("library", name, version, address),
    ...(licences.length > 0 && { licenses: licences }),
  };
}

function imageComponent({ source, address, digest }: StackImage): Component {
  const found = reference("container", source ?? address);
  return digest === null
    ? found
    : { ...found, hashes: [{ alg: "SHA-256", content: digest.slice("sha256:".length) }] };
}

/** By an address such as `quay.io/jetstack/cert-manager-webhook:v1.21.2`. */
function reference(type: Component["type"], address: string): Component {
  const [, repository, version] = /^(.+):([^:]+)$/.exec(address) ?? [];
  const name = repository!.split("/").at(-1)!;
  const purl = `pkg:oci/${name}?repository_url=${encodeURIComponent(repository!)}&tag=${encodeURIComponent(version!)}`;
  return component(type, repository!, version!, purl);
}

function component(type: Component["type"], name: string, version: string, purl: string): Component {
  return { type, "bom-ref": purl, name, version, purl };
}
