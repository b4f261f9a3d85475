/**
 * The folder of a local stack: stores, keys, log, and how to reach the running process.
 * Layout: `time-series/`, `relational/` and `relational.files.json` (the stores' own), `certificates/`, `compliance/`,
 * `erasures.json`, `stack.log`, `running.json`.
 */

import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { fileFailure } from "../../base/file-failure.ts";
import { isRunning } from "../../base/is-running.ts";
import { EnvironmentError } from "../../base/kit-error.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { closeToOthers } from "./close-folder.ts";

const mebibyte = 1024 * 1024;
/** A first start writes 40 MiB, and the time-series store refuses inserts below 64 MiB. */
const freeForFirstStart = 200 * mebibyte;
const freeForStart = 100 * mebibyte;

/** How to reach a running stack. */
export interface RunningStack {
  readonly pid: number;
  readonly statusAddress: string;
  readonly backupAddress: string;
  /** Absent in what former versions wrote. */
  readonly erasureAddress?: string;
  /** RFC 3339. */
  readonly startedAt: string;
}

export class DataFolder {
  readonly path: string;
  constructor(path: string) {
    this.path = resolve(path);
  }

  static of(country: Country, parent = ".rollout"): DataFolder {
    return new DataFolder(join(parent, country.country.toLowerCase()));
  }

  get timeSeries(): string {
    return join(this.path, "time-series");
  }
  get relational(): string {
    return join(this.path, "relational");
  }
  get certificates(): string {
    return join(this.path, "certificates");
  }
  /** What devices must trust. */
  get certificateAuthority(): string {
    return join(this.certificates, "ca.pem");
  }
  /** The compliance reports, a folder each. */
  get compliance(): string {
    return join(this.path, "compliance");
  }
  /** The records of erasures, which a restore keeps and carries out again. */
  get erasures(): string {
    return join(this.path, "erasures.json");
  }
  get log(): string {
    return join(this.path, "stack.log");
  }
  get #running(): string {
    return join(this.path, "running.json");
  }

  /** Creates the folder, or closes one that is there: only its owner may read it and what is in it. @throws EnvironmentError */
  create(): void {
    try {
      mkdirSync(this.path, { recursive: true, mode: 0o700 });
      accessSync(this.path, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new EnvironmentError(
        `The data folder ${this.path} cannot be written: ${fileFailure(error)}.`,
        "Start in a folder that you can write to, or give another one with --data.",
      );
    }
    closeToOthers(this.path);
  }

  /** @throws EnvironmentError where the disk has too little space for a start. */
  requireSpace(): void {
    const { bavail, bsize, blocks } = statfsSync(this.path);
    const needed = existsSync(this.relational) ? freeForStart : freeForFirstStart;
    const free = bavail * bsize;
    // Some file systems have no size.
    if (blocks === 0 || free >= needed) return;
    const inMebibytes = (bytes: number) => `${Math.floor(bytes / mebibyte)} MiB`;
    throw new EnvironmentError(
      `The disk of ${this.path} has ${inMebibytes(free)} free; a start needs ${inMebibytes(needed)}.`,
      "Free some space, or give a folder on another disk with --data.",
    );
  }

  writeRunning(running: RunningStack): void {
    const draft = `${this.#running}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, this.#running);
  }

  /** The stores' locks keep a second process out; this check only gives a clearer message. @throws EnvironmentError */
  async requireUnused(): Promise<void> {
    const running = this.readRunning();
    if (running === undefined) return;
    const answer = await fetch(running.statusAddress, { signal: AbortSignal.timeout(2000) }).catch(
      () => undefined,
    );
    if (answer?.ok)
      throw new EnvironmentError(
        `A stack (process ${running.pid}) already runs on ${this.path}.`,
        "Stop it first, or give another folder with --data.",
      );
  }

  removeRunning(): void {
    rmSync(this.#running, { force: true });
  }

  /** The stack that runs in this folder; undefined where none does. */
  readRunning(): RunningStack | undefined {
    if (!existsSync(this.#running)) return undefined;
    try {
      const running = JSON.parse(readFileSync(this.#running, "utf8")) as RunningStack;
      return isRunning(running.pid) ? running : undefined;
    } catch {
      return undefined;
    }
  }
}
