/**
 * Reads kubeconfig files as kubectl does: merges several files, resolves paths from the file that names them, and selects one
 * context. It connects to nothing. https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { ClusterError } from "./cluster-error.ts";

/** A program that gives credentials, such as `aws eks get-token`. */
export interface CredentialProgram {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly installHint?: string;
}

/** How one cluster is reached, and with which login. */
export interface ClusterAccess {
  /** Name of the context. */
  readonly context: string;
  /** Address of the API server. */
  readonly server: string;
  readonly serverName?: string;
  /** PEM. */
  readonly authority?: string;
  readonly skipVerification: boolean;
  /** PEM. */
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly token?: string;
  /** File with the token, read for each request because it is renewed. */
  readonly tokenFile?: string;
  readonly program?: CredentialProgram;
}

interface Named<T> {
  readonly name?: string;
  readonly value?: T;
  /** Folder from which relative paths are resolved. */
  readonly folder: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The files that kubectl would read: those of KUBECONFIG, or the one in the home folder. */
export function kubeconfigFiles(environment: NodeJS.ProcessEnv): string[] {
  const listed = (environment.KUBECONFIG ?? "").split(delimiter).filter((file) => file !== "");
  return listed.length > 0 ? listed : [join(environment.HOME ?? homedir(), ".kube", "config")];
}

/**
 * @param context the current one where absent.
 * @throws ClusterError
 */
export function readKubeconfigs(files: readonly string[], context?: string): ClusterAccess {
  const present = files.filter((file) => existsSync(file));
  if (present.length === 0)
    throw new ClusterError(
      "unconfigured",
      `There is no kubeconfig: ${files.join(", ")} does not exist.`,
      "Get one from whoever runs the cluster, and name it in KUBECONFIG.",
    );
  const documents = present.map((file) => ({
    document: parseFile(readFile(file), file),
    folder: dirname(resolve(file)),
  }));
  return choose({ documents, description: present.join(", ") }, context);
}

/** The same for a kubeconfig in memory. */
export function parseKubeconfig(text: string, context?: string): ClusterAccess {
  const description = "the kubeconfig of the stack's cluster";
  const documents = [{ document: parseFile(text, description), folder: "." }];
  return choose({ documents, description }, context);
}

function readFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ClusterError(
      "unconfigured",
      `${file} can't be read: ${(error as NodeJS.ErrnoException).code}.`,
      "Give yourself the right to read the file.",
    );
  }
}

function parseFile(text: string, file: string): Fields {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    throw new ClusterError(
      "unconfigured",
      `${file}${line === undefined ? "" : `:${line}`} is no kubeconfig: it is not YAML.`,
      "Get a new one from whoever runs the cluster.",
    );
  }
  if (typeof document !== "object" || document === null || Array.isArray(document))
    throw new ClusterError(
      "unconfigured",
      `${file} is no kubeconfig.`,
      "Get a new one from whoever runs the cluster.",
    );
  return document as Fields;
}

interface Kubeconfigs {
  readonly documents: readonly { readonly document: Fields; readonly folder: string }[];
  /** Names of the files, for messages. */
  readonly description: string;
}

/** @param wanted context; the current one where absent. */
function choose(kubeconfigs: Kubeconfigs, wanted: string | undefined): ClusterAccess {
  const { description } = kubeconfigs;
  const { context, fields } = chosenContext(kubeconfigs, wanted);
  const named = (list: string, key: string) => {
    const name = fields?.[key];
    const found = entriesOf(kubeconfigs, list, key).find((entry) => entry.name === name);
    if (found === undefined && name !== undefined)
      throw new ClusterError(
        "unconfigured",
        `The context "${context}" of ${description} names the ${key} "${name}", which is not there.`,
        "Get a new kubeconfig from whoever runs the cluster.",
      );
    return found;
  };
  const cluster = named("clusters", "cluster");
  const server = cluster?.value?.server;
  if (!isText(server))
    throw new ClusterError(
      "unconfigured",
      `The context "${context}" of ${description} has no server.`,
      "Get a new kubeconfig from whoever runs the cluster.",
    );
  if (isText(cluster?.value?.["proxy-url"]))
    throw new ClusterError(
      "unconfigured",
      `The context "${context}" uses a proxy (proxy-url), which the kit does not support.`,
      "Run it where the API server is reached directly, or through a tunnel.",
    );
  return { context, server, ...authorityOf(cluster), ...credentialsOf(named("users", "user")) };
}

function chosenContext(
  kubeconfigs: Kubeconfigs,
  wanted: string | undefined,
): { readonly context: string; readonly fields: Fields | undefined } {
  const { documents, description } = kubeconfigs;
  const contexts = entriesOf(kubeconfigs, "contexts", "context");
  const context = wanted ?? documents.map(({ document }) => document["current-context"]).find(isText);
  const names = [...new Set(contexts.map(({ name }) => name))];
  const choices =
    names.length === 0
      ? "It has no context."
      : `It has ${names.length > 10 ? `${names.slice(0, 10).join(", ")} …` : names.join(", ")}.`;
  if (context === undefined)
    throw new ClusterError(
      "unconfigured",
      `${description} has no current context.`,
      `${choices} Name one under hosting.kubernetes.context.`,
    );
  const chosen = contexts.find(({ name }) => name === context);
  if (chosen === undefined)
    throw new ClusterError(
      "unconfigured",
      `${description} has no context "${context}".`,
      wanted === undefined ? choices : `${choices} Correct hosting.kubernetes.context, or add the context.`,
    );
  return { context, fields: chosen.value };
}

/** All entries of a list, such as `contexts`. Of two with one name the first counts, as in kubectl. */
function entriesOf({ documents }: Kubeconfigs, list: string, key: string): Named<Fields>[] {
  return documents.flatMap(({ document, folder }) => {
    const entries = Array.isArray(document[list]) ? (document[list] as Fields[]) : [];
    return entries.map((entry) => ({
      name: String(entry.name ?? ""),
      value: (entry[key] ?? {}) as Fields,
      folder,
    }));
  });
}

function authorityOf(cluster: Named<Fields> | undefined): Omit<ClusterAccess, "context" | "server"> {
  const authority = pem(cluster, "certificate-authority");
  const serverName = cluster?.value?.["tls-server-name"];
  return {
    ...(authority !== undefined && { authority }),
    ...(isText(serverName) && { serverName }),
    skipVerification: cluster?.value?.["insecure-skip-tls-verify"] === true,
  };
}

function credentialsOf(user: Named<Fields> | undefined): Partial<ClusterAccess> {
  const clientCertificate = pem(user, "client-certificate");
  const clientKey = pem(user, "client-key");
  const token = user?.value?.token;
  const tokenFile = user?.value?.tokenFile;
  const exec = user?.value?.exec as Fields | undefined;
  return {
    ...(clientCertificate !== undefined && { clientCertificate }),
    ...(clientKey !== undefined && { clientKey }),
    ...(isText(tokenFile)
      ? { tokenFile: resolve(user?.folder ?? ".", tokenFile) }
      : isText(token) && { token }),
    ...(exec !== undefined && { program: programOf(exec, user?.folder ?? ".") }),
  };
}

function programOf(exec: Fields, folder: string): CredentialProgram {
  const command = String(exec.command ?? "");
  const env = Array.isArray(exec.env) ? (exec.env as { name: string; value: string }[]) : [];
  return {
    apiVersion: String(exec.apiVersion ?? "client.authentication.k8s.io/v1"),
    // A name is looked up on PATH; a path is resolved from the file.
    command: command.includes("/") ? resolve(folder, command) : command,
    args: Array.isArray(exec.args) ? exec.args.map(String) : [],
    env: Object.fromEntries(env.map(({ name, value }) => [name, value])),
    ...(isText(exec.installHint) && { installHint: exec.installHint }),
  };
}

/** `<key>-data` in base64, else the file that `<key>` names. */
function pem(entry: Named<Fields> | undefined, key: string): string | undefined {
  const data = entry?.value?.[`${key}-data`];
  if (isText(data)) return Buffer.from(data, "base64").toString("utf8");
  const file = entry?.value?.[key];
  return isText(file) ? readFile(resolve(entry?.folder ?? ".", file)) : undefined;
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
