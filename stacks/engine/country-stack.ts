/** One country's stack in the engine: opened where its state is stored, then previewed, changed, refreshed or destroyed. */
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { runtime } from "@pulumi/pulumi";
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
  /** Whether the protection of data against deletion is removed. */
  readonly releaseData: boolean;
}

export interface CountryStackOptions {
  /** As `stackName` makes it. */
  readonly name: string;
  /** Declares the resources, and returns the stack's outputs. */
  readonly program: (options: ProgramOptions) => object | Promise<object>;
  readonly engine: EngineCli;
  readonly place: StatePlace;
}

export interface RunOptions {
  readonly onEvent?: (event: EngineEvent) => void;
  /** When it is aborted, the engine finishes what it has begun and stops. */
  readonly signal?: AbortSignal;
}

/** A resource as the state records it. */
export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  /** URN. */
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  /** It was deleted, and an interrupted run did not come to making it again. */
  readonly pendingReplacement?: boolean;
}

interface Deployment {
  readonly secrets_providers?: {
    readonly type?: string;
    readonly state?: { readonly salt?: string; readonly url?: string; readonly encryptedkey?: string };
  };
  readonly resources?: readonly RecordedResource[];
  readonly pending_operations?: readonly {
    readonly resource: RecordedResource;
    readonly type: string;
  }[];
}

/**
 * Two objects of a cluster can't have one name. The provider says so where something changed; where a killed run has deleted an
 * object and the file is the former one again, the engine would make it and then delete it under the same name.
 */
function deleteBeforeReplacing(): void {
  runtime.registerStackTransformation(({ type, props, opts }) =>
    type.startsWith("kubernetes:") ? { props, opts: { ...opts, deleteBeforeReplace: true } } : undefined,
  );
}

export class CountryStack {
  readonly name: string;
  readonly options: CountryStackOptions;
  readonly #environment: Record<string, string>;
  #stack: Stack | undefined;
  /** The next run removes the protection of data. */
  #releaseData = false;

  constructor(options: CountryStackOptions) {
    this.options = options;
    const { name, place } = options;
    this.name = name;
    this.#environment = {
      // Overrides what `pulumi login` stored.
      PULUMI_BACKEND_URL: place.url,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // The team decides about downloading plugins: `rollout doctor --fix`.
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
      // An empty file name would take precedence over the passphrase.
      delete this.#environment.PULUMI_CONFIG_PASSPHRASE_FILE;
      this.#environment.PULUMI_CONFIG_PASSPHRASE = passphrase;
    }
    const inline = {
      stackName: this.name,
      projectName,
      // Pulumi keeps what is returned as the stack's outputs.
      program: async () => {
        deleteBeforeReplacing();
        return { ...(await this.options.program({ releaseData: this.#releaseData })) };
      },
    };
    this.#stack = await this.#explained(async () => {
      if (!exists) return LocalWorkspace.createStack(inline, this.#workspace());
      await this.#writeEncryptionSettings();
      return LocalWorkspace.selectStack(inline, this.#workspace());
    });
  }

  /**
   * Writes the engine's settings of the stack from what the state says about the encryption of its secrets. Without them the
   * engine would accept any passphrase as a new one.
   */
  async #writeEncryptionSettings(): Promise<void> {
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
   * @returns the stack's outputs.
   * @throws EngineFailure
   */
  async up(options: RunOptions & { readonly only?: readonly string[] } = {}): Promise<OutputMap> {
    const { only, ...rest } = options;
    return this.#explained(
      async () => (await this.#opened.up({ ...rest, ...(only && { target: [...only] }) })).outputs,
    );
  }

  /**
   * Updates the state from the cluster or cloud. What an interrupted run may have made counts as not made.
   * @throws EngineFailure
   */
  async refresh(options: RunOptions = {}): Promise<void> {
    await this.#explained(() => this.#opened.refresh({ ...options, clearPendingCreates: true }));
  }

  /** @throws EngineFailure */
  async destroy(options: RunOptions = {}): Promise<void> {
    await this.#explained(() => this.#opened.destroy(options));
  }

  /** The outputs of the last run. */
  outputs(): Promise<OutputMap> {
    return this.#explained(() => this.#opened.outputs());
  }

  /**
   * Makes the runs of this process take over objects that exist in the cluster. It is not for every run: an object that a later
   * version of the kit declares under another name would be taken over and then deleted under its old name.
   */
  takeOver(): void {
    this.#opened.workspace.envVars.PULUMI_K8S_UPSERT_EXISTING_OBJECTS = "true";
  }

  /** Makes the next run remove the protection of the stack's data. */
  releaseData(): void {
    this.#releaseData = true;
  }

  /** Removes the stack from the state; it must have no resource any more. */
  async forget(): Promise<void> {
    await this.#explained(() => this.#opened.workspace.removeStack(this.name));
  }

  /** Removes the lock that an interrupted run left. */
  async unlock(): Promise<void> {
    await this.#explained(() => this.#opened.cancel());
  }

  /** What the state records, without decrypting anything. */
  async recorded(): Promise<{
    readonly resources: readonly RecordedResource[];
    /** What an interrupted run had begun, in words. */
    readonly pending: readonly string[];
    /** Those of them that it was making. */
    readonly begun: readonly RecordedResource[];
  }> {
    const exported = await this.#explained(() => this.#opened.exportStack());
    const { resources = [], pending_operations } = (exported.deployment ?? {}) as Deployment;
    const pending = pending_operations ?? [];
    return {
      resources,
      pending: pending.map(({ resource }) => Object.values(titleOf(resource)).join(" ")),
      begun: pending.filter(({ type }) => type === "creating").map(({ resource }) => resource),
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

  /** Where the engine keeps the stack's settings: how its secrets are encrypted. */
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
