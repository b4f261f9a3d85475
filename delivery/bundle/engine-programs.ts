/** The engine's programs on this machine: the Pulumi CLI, and the provider of each kind of resource. */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { findProgram } from "../../base/find-program.ts";

export interface EngineProgram {
  /** Its name on PATH: `pulumi`, `pulumi-resource-kubernetes`. */
  readonly name: string;
  readonly version: string;
  /** Where it is; undefined where this machine has none. */
  readonly file: string | undefined;
}

/** @param providers npm packages whose provider's program is needed, such as `@pulumi/kubernetes`. */
export function enginePrograms(providers: readonly string[]): readonly EngineProgram[] {
  const home = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const require = createRequire(import.meta.url);
  const versionOf = (name: string) =>
    (JSON.parse(readFileSync(require.resolve(`${name}/package.json`), "utf8")) as { version: string })
      .version;
  const cli = onPath("pulumi") ?? installedCli(home);
  return [
    { name: "pulumi", version: versionOf("@pulumi/pulumi"), file: cli },
    ...providers.map((name) => {
      const kind = name.slice("@pulumi/".length);
      const program = `pulumi-resource-${kind}`;
      const version = versionOf(name);
      const places = [
        join(home, "plugins", `resource-${kind}-v${version}`, program),
        ...(cli === undefined ? [] : [join(dirname(cli), program)]),
      ];
      return { name: program, version, file: places.find((place) => existsSync(place)) ?? onPath(program) };
    }),
  ];
}

function onPath(name: string): string | undefined {
  const file = findProgram(name);
  return file === undefined ? undefined : realpathSync(file);
}

/** Where `rollout doctor --fix` and Pulumi's own installer put it; the newest of several. */
function installedCli(home: string): string | undefined {
  const versions = join(home, "versions");
  const numbered = existsSync(versions)
    ? readdirSync(versions)
        .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
        .map((version) => join(versions, version, "bin", "pulumi"))
    : [];
  return [...numbered, join(home, "bin", "pulumi")].find((file) => existsSync(file));
}
