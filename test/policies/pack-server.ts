/** Starts the pack as the Pulumi engine does, and asks it what the engine asks. */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { packageRoot } from "../../base/package-root.ts";
import type { Resource } from "../../policies/resources/resource.ts";
import { logicalName, typeToken } from "../../policies/resources/resource.ts";

const require = createRequire(import.meta.url);
const grpc = require("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
// The library generates these without types.
// biome-ignore-start lint/suspicious/noExplicitAny: as above
const messages = require("@pulumi/pulumi/proto/analyzer_pb") as any;
const services = require("@pulumi/pulumi/proto/analyzer_grpc_pb") as any;
const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as any;
// biome-ignore-end lint/suspicious/noExplicitAny: as above

export interface Violation {
  readonly policy: string;
  readonly message: string;
  readonly urn: string;
  readonly level: "advisory" | "mandatory" | "other";
}

// biome-ignore lint/suspicious/noExplicitAny: as above
type Message = any;

export class PackServer {
  readonly #process: ChildProcess;
  readonly #client: Record<
    string,
    (request: unknown, callback: (error: unknown, answer: unknown) => void) => void
  >;

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.#client = new services.AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
      "grpc.max_send_message_length": -1,
    });
  }

  /** @param folder of PulumiPolicy.yaml. */
  static async start(
    folder = join(packageRoot, "policies"),
    env: NodeJS.ProcessEnv = {},
  ): Promise<PackServer> {
    const script = require.resolve("@pulumi/pulumi/cmd/run-policy-pack", { paths: [folder] });
    const child = spawn(process.execPath, [script, "127.0.0.1:1", folder], {
      cwd: folder,
      env: { ...process.env, PULUMI_NODEJS_DRY_RUN: "true", ...env },
    });
    let output = "";
    const port = await new Promise<number>((resolve, reject) => {
      const listen = (chunk: Buffer) => {
        output += chunk;
        const found = /^(\d+)$/m.exec(output)?.[1];
        if (found !== undefined) resolve(Number(found));
      };
      child.stdout.on("data", listen);
      child.stderr.on("data", listen);
      child.on("exit", (code) => reject(new Error(`The pack ended (${code}): ${output}`)));
    });
    return new PackServer(child, port);
  }

  stop(): void {
    this.#process.kill();
  }

  async information(): Promise<Message> {
    const { Empty } = require("google-protobuf/google/protobuf/empty_pb") as Message;
    return ((await this.#ask("getAnalyzerInfo", new Empty())) as Message).toObject();
  }

  /** One run of the engine: the settings, each resource as it is registered, then the stack. */
  async preview(
    resources: readonly Resource[],
    settings: Readonly<Record<string, string>>,
  ): Promise<Violation[]> {
    await this.#configure(settings);
    const found = [...(await this.#analyze(stackResource))];
    for (const resource of resources) found.push(...(await this.#analyze(resource)));
    const request = new messages.AnalyzeStackRequest();
    request.setResourcesList(
      [stackResource, ...resources].map((resource) => filled(new messages.AnalyzerResource(), resource)),
    );
    found.push(...violations((await this.#ask("analyzeStack", request)) as Message));
    return found;
  }

  async #configure(settings: Readonly<Record<string, string>>): Promise<void> {
    const request = new messages.ConfigureAnalyzerRequest();
    const config = new messages.PolicyConfig();
    config.setEnforcementlevel(messages.EnforcementLevel.MANDATORY);
    config.setProperties(Struct.fromJavaScript(settings));
    request.getPolicyconfigMap().set("localisation-file", config);
    await this.#ask("configure", request);
  }

  async #analyze(resource: Resource): Promise<Violation[]> {
    const request = filled(new messages.AnalyzeRequest(), resource);
    return violations((await this.#ask("analyze", request)) as Message).map((violation) => ({
      ...violation,
      urn: resource.urn,
    }));
  }

  #ask(method: string, request: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#client[method]?.(request, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }
}

/** The first that every program registers. */
export const stackResource: Resource = {
  type: "pulumi:pulumi:Stack",
  name: "stack",
  urn: "urn:pulumi:example::example::pulumi:pulumi:Stack::example-example",
  properties: {},
  component: true,
};

function filled(message: Message, resource: Resource): Message {
  const { type, urn, properties, provider, component } = resource;
  message.setType(type);
  message.setUrn(urn);
  message.setName(logicalName(resource));
  message.setProperties(Struct.fromJavaScript(properties));
  const options = new messages.AnalyzerResourceOptions();
  options.setCustomtimeouts(new messages.AnalyzerResourceOptions.CustomTimeouts());
  message.setOptions(options);
  if (!component && !type.startsWith("pulumi:providers:")) {
    const through = new messages.AnalyzerProviderResource();
    const name = provider?.name ?? "default";
    through.setType(`pulumi:providers:${typeToken(type).package}`);
    through.setName(name);
    through.setUrn(`urn:pulumi:example::example::pulumi:providers:${typeToken(type).package}::${name}`);
    const { name: _, ...settings } = provider ?? { name };
    through.setProperties(Struct.fromJavaScript(settings));
    message.setProvider(through);
  }
  return message;
}

function violations(answer: Message): Violation[] {
  return answer.toObject().diagnosticsList.map((diagnostic: Record<string, unknown>) => ({
    policy: String(diagnostic.policyname),
    message: String(diagnostic.message),
    urn: String(diagnostic.urn),
    level:
      diagnostic.enforcementlevel === messages.EnforcementLevel.MANDATORY
        ? "mandatory"
        : diagnostic.enforcementlevel === messages.EnforcementLevel.ADVISORY
          ? "advisory"
          : "other",
  }));
}
