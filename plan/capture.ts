/**
 * Runs a Pulumi program in this process and captures the resources that it declares, without an engine, provider, cluster or
 * credential. A provider's answer is the resource's own input; random values and identifiers are placeholders.
 */
import { runtime } from "@pulumi/pulumi";
import {
  nameInComponent,
  type PlannedResource,
  type Properties,
  secretPlaceholder,
  type Value,
} from "./plan.ts";
import { type MadeBy, providerAnswer } from "./provider-answers.ts";

/** The fields that are read of Pulumi's request to register a resource. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getProvider(): string;
  getDependenciesList(): string[];
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}

/** The fields that are read of Pulumi's request to add outputs to a component or the stack. */
interface RegisterOutputsRequest {
  getUrn(): string;
  getOutputs(): { toJavaScript(): Record<string, unknown> } | undefined;
}

type Callback = (error: unknown, response: { getUrn(): string } | undefined) => void;

interface Monitor {
  newUrn(parent: string, type: string, name: string): string;
  registerResource(request: RegisterRequest, callback: Callback): unknown;
  registerResourceOutputs(request: RegisterOutputsRequest, callback: unknown): unknown;
}

const stackType = "pulumi:pulumi:Stack";

export interface Captured {
  readonly resources: readonly PlannedResource[];
  readonly outputs: Properties;
}

/** A process runs one program at a time, because Pulumi's state is global. */
let running: Promise<unknown> = Promise.resolve();

/**
 * @param program declares resources and returns the stack's outputs.
 * @param project and `stack` become part of each URN.
 */
export function captureProgram(
  program: () => object | Promise<object>,
  project: string,
  stack: string,
): Promise<Captured> {
  const result = running.then(() => capture(program, project, stack));
  running = result.catch(() => undefined);
  return result;
}

async function capture(
  program: () => object | Promise<object>,
  project: string,
  stack: string,
): Promise<Captured> {
  const providers = new Map<string, MadeBy>();
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs, provider }) => {
        if (type.startsWith("pulumi:providers:"))
          providers.set(name, {
            region: String(inputs.region ?? ""),
            account: onlyOne(inputs.allowedAccountIds),
          });
        const madeBy = providers.get(providerName(provider)) ?? { region: "", account: undefined };
        const answer = providerAnswer(type, caught.names.get(`${type} ${name}`) ?? name, inputs, madeBy);
        return { id: `${name}-id`, state: { ...inputs, ...answer } };
      },
      call: ({ token }) => {
        throw new Error(`The program asks a provider (${token}); a plan has none to ask.`);
      },
    },
    project,
    stack,
    false,
  );
  const caught = observe(runtime.getMonitor() as unknown as Monitor);
  // Resources that were declared before an error are still being registered: the error is thrown after them.
  let failure: { readonly error: unknown } | undefined;
  await runtime.runInPulumiStack(async () => {
    try {
      return await program();
    } catch (error) {
      failure = { error };
      return {};
    }
  });
  await runtime.disconnect();
  if (failure !== undefined) throw failure.error;
  return {
    resources: caught.resources.sort((a, b) => (a.urn < b.urn ? -1 : 1)),
    outputs: caught.outputs,
  };
}

/** A reference is the provider's URN and its id. */
const providerName = (reference: string | undefined): string => reference?.split("::").at(-2) ?? "";

/** The provider gets lists as JSON. */
function onlyOne(accounts: unknown): string | undefined {
  const list: unknown = typeof accounts === "string" ? JSON.parse(accounts) : accounts;
  return Array.isArray(list) && list.length === 1 ? String(list[0]) : undefined;
}

interface Observed {
  readonly resources: PlannedResource[];
  outputs: Properties;
  /** What people call a resource, by its type and the engine's name of it. */
  readonly names: Map<string, string>;
}

/** Pulumi's hook for mocks does not get a resource's parent, its dependencies or which values are secret: the request does. */
function observe(monitor: Monitor): Observed {
  const caught: Observed = { resources: [], outputs: {}, names: new Map() };
  const register = monitor.registerResource.bind(monitor);
  // As in the engine: with the types of all ancestors, not only the parent's.
  monitor.newUrn = (parent, type, name) => {
    const ancestors = parent === "" ? "" : parent.split("::")[2];
    const qualified = ancestors === "" || ancestors === stackType ? type : `${ancestors}$${type}`;
    return `urn:pulumi:${runtime.getStack()}::${runtime.getProject()}::${qualified}::${name}`;
  };
  monitor.registerResource = (request, callback) => {
    const [type, name] = [request.getType(), request.getName()];
    caught.names.set(`${type} ${name}`, nameInComponent(type, name, request.getParent()));
    return register(request, (error, response) => {
      if (response !== undefined) caught.resources.push(planned(request, response.getUrn()));
      callback(error, response);
    });
  };
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResourceOutputs = (request, callback) => {
    // What the program returned, with its secrets still marked.
    if (request.getUrn().includes(`::${stackType}::`))
      caught.outputs = readProperties(request.getOutputs()?.toJavaScript() ?? {}).properties;
    return registerOutputs(request, callback);
  };
  return caught;
}

function planned(request: RegisterRequest, urn: string): PlannedResource {
  const { properties, secrets } = readProperties(request.getObject()?.toJavaScript() ?? {});
  const provider = request.getProvider();
  return {
    type: request.getType(),
    name: request.getName(),
    urn,
    parent: request.getParent() === "" ? null : request.getParent(),
    custom: request.getCustom(),
    // A reference is the provider's URN and its id.
    provider: provider === "" ? null : provider.slice(0, provider.lastIndexOf("::")),
    properties,
    secrets,
    dependencies: [...request.getDependenciesList()].sort(),
  };
}

function readProperties(raw: Record<string, unknown>): { properties: Properties; secrets: string[] } {
  const secrets: string[] = [];
  const read = (value: unknown, path: string): Value => {
    if (Array.isArray(value)) return value.map((item, index) => read(item, `${path}[${index}]`));
    if (typeof value !== "object" || value === null) return (value ?? null) as Value;
    const marked = value as Record<string, unknown>;
    if (marked[runtime.specialSigKey] === runtime.specialSecretSig) {
      secrets.push(path);
      return secretPlaceholder;
    }
    if (marked[runtime.specialSigKey] === runtime.specialResourceSig) return { urn: String(marked.urn) };
    return Object.fromEntries(
      Object.entries(marked)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => [key, read(item, path === "" ? key : `${path}.${key}`)]),
    );
  };
  return { properties: read(raw, "") as Properties, secrets };
}
