/** One country's stack in the engine: opened where its state lies, then previewed, stood up, read anew or taken down. */
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  type OutputMap,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import { projectName } from "../country-plan.ts";
import { type EngineCli, EngineRunError } from "./engine-cli.ts";
import { engineFailure } from "./engine-failure.ts";
import { titleOf } from "./resource-steps.ts";
import type { StatePlace } from "./state-place.ts";

export interface ProgramOptions {
  /** What keeps data from being deleted is taken away. */
  readonly releaseData: boolean;
}

export interface CountryStackOptions {
  /** As `stackName` makes it. */
  readonly name: string;
  /** Declares the resources, and returns what the stack tells of itself. */
  readonly program: (options: ProgramOptions) => object | Promise<object>;
  readonly engine: EngineCli;
  readonly place: StatePlace;
}

export interface RunOptions {
  readonly onEvent?: (event: EngineEvent) => void;
  /** Aborted, it makes the engine end what it has begun and stop. */
  readonly signal?: AbortSignal;
}

/** What the state says of a resource. */
export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  /** URN. */
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

interface Deployment {
  readonly secrets_providers?: {
    readonly type?: string;
    readonly state?: { readonly salt?: string; readonly url?: string; readonly encryptedkey?: string };
  };
  readonly resources?: readonly RecordedResource[];
  readonly pending_operations?: readonly {
    readonly resource: { readonly urn: string; readonly parent?: string };
    readonly type: string;
  }[];
}

export class CountryStack {
  readonly name: string;
  readonly options: CountryStackOptions;
  readonly #environment: Record<string, string>;
  #stack: Stack | undefined;
  /** Data may be lost: what holds it loses its protection. */
  #releaseData = false;

  constructor(options: CountryStackOptions) {
    this.options = options;
    const { name, place } = options;
    this.name = name;
    this.#environment = {
      // Stronger than what `pulumi login` left behind.
      PULUMI_BACKEND_URL: place.url,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // A plugin from abroad is a decision of the team's: `rollout doctor --fix`.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
  }

  /**
   * Whether the state knows the stack. It needs no passphrase.
   * @throws EngineFailure
   */
  async exists(): Promise<boolean> {
    const { place } = this.options;
    if (place.kind === "file" && !existsSync(place.folder)) return false;
    this.#makeFolders();
    return this.#explained(async () => {
      const workspace = await LocalWorkspace.create(this.#workspace());
      const stacks = await workspace.listStacks();
      return stacks.some(({ name }) => name.split("/").at(-1) === this.name);
    });
  }

  /**
   * @param passphrase of the state's secrets, where one encrypts them.
   * @throws EngineFailure
   */
  async open(exists: boolean, passphrase: string | undefined): Promise<void> {
    this.#makeFolders();
    if (passphrase !== undefined) {
      // An empty file name would win over the passphrase.
      delete this.#environment.PULUMI_CONFIG_PASSPHRASE_FILE;
      this.#environment.PULUMI_CONFIG_PASSPHRASE = passphrase;
    }
    const inline = {
      stackName: this.name,
      projectName,
      // Pulumi keeps what is returned as the stack's outputs.
      program: async () => ({ ...(await this.options.program({ releaseData: this.#releaseData })) }),
    };
    this.#stack = await this.#explained(async () => {
      if (!exists) return LocalWorkspace.createStack(inline, this.#workspace());
      await this.#noteEncryption();
      return LocalWorkspace.selectStack(inline, this.#workspace());
    });
  }

  /**
   * Writes down beside the state how its secrets are encrypted, as the state itself says: without the note the engine would take
   * any passphrase for a new one.
   */
  async #noteEncryption(): Promise<void> {
    const workspace = await LocalWorkspace.create(this.#workspace());
    const { deployment } = await workspace.exportStack(this.name);
    const { type, state = {} } = (deployment as Deployment | undefined)?.secrets_providers ?? {};
    await workspace.saveStackSettings(this.name, {
      ...(type === "cloud"
        ? { secretsProvider: String(state.url), encryptedKey: String(state.encryptedkey) }
        : state.salt !== undefined && { encryptionSalt: state.salt }),
    });
  }

  /** @throws EngineFailure */
  async preview(options: RunOptions = {}): Promise<void> {
    await this.#explained(() => this.#opened.preview(options));
  }

  /**
   * @returns what the stack tells of itself.
   * @throws EngineFailure
   */
  async up(options: RunOptions & { readonly only?: readonly string[] } = {}): Promise<OutputMap> {
    const { only, ...rest } = options;
    return this.#explained(
      async () => (await this.#opened.up({ ...rest, ...(only && { target: [...only] }) })).outputs,
    );
  }

  /**
   * Reads what is there into the state. What an interrupted run may or may not have made counts as not made.
   * @throws EngineFailure
   */
  async refresh(options: RunOptions = {}): Promise<void> {
    await this.#explained(() => this.#opened.refresh({ ...options, clearPendingCreates: true }));
  }

  /** @throws EngineFailure */
  async destroy(options: RunOptions = {}): Promise<void> {
    await this.#explained(() => this.#opened.destroy(options));
  }

  /** What the stack tells of itself since its last run. */
  outputs(): Promise<OutputMap> {
    return this.#explained(() => this.#opened.outputs());
  }

  /**
   * Runs from now on take over objects that are in the cluster already. Never for good: an object that a later version of the kit
   * declares under another name would be taken over and then deleted under its old one.
   */
  takeOver(): void {
    this.#opened.workspace.envVars.PULUMI_K8S_UPSERT_EXISTING_OBJECTS = "true";
  }

  /** The next run takes away what protects the data that the stack holds. */
  releaseData(): void {
    this.#releaseData = true;
  }

  /** Forgets a stack that has no resource any more. */
  async forget(): Promise<void> {
    await this.#explained(() => this.#opened.workspace.removeStack(this.name));
  }

  /** Takes away the lock that an interrupted run left. */
  async unlock(): Promise<void> {
    await this.#explained(() => this.#opened.cancel());
  }

  /** What the state records, without decrypting anything. */
  async recorded(): Promise<{
    readonly resources: readonly RecordedResource[];
    readonly pending: readonly string[];
  }> {
    const exported = await this.#explained(() => this.#opened.exportStack());
    const { resources = [], pending_operations: pending = [] } = (exported.deployment ?? {}) as Deployment;
    return {
      resources,
      pending: (pending ?? []).map(({ resource }) => Object.values(titleOf(resource)).join(" ")),
    };
  }

  #makeFolders(): void {
    mkdirSync(this.#workFolder, { recursive: true, mode: 0o700 });
    for (const folder of [this.options.place.folder, this.#workFolder]) chmodSync(folder, 0o700);
  }

  get #opened(): Stack {
    if (this.#stack === undefined) throw new Error("The stack has not been opened.");
    return this.#stack;
  }

  /** What the engine notes of the stack besides its state: how its secrets are encrypted. */
  get #workFolder(): string {
    return join(this.options.place.folder, "engine");
  }

  #workspace() {
    const { engine, place } = this.options;
    return {
      workDir: this.#workFolder,
      pulumiCommand: engine.command,
      secretsProvider: place.secretsProvider,
      envVars: this.#environment,
      projectSettings: { name: projectName, runtime: "nodejs" as const, backend: { url: place.url } },
    };
  }

  async #explained<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof EngineRunError) throw engineFailure(error, this.name);
      throw error;
    }
  }
}
