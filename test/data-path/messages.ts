/** Messages between the test and the ingest process. */
export type FromIngest =
  | { readonly kind: "ready" }
  | {
      readonly kind: "state";
      readonly flow: import("../../stores/relational/message-flow.ts").MessageFlow;
      readonly notReady: string | undefined;
      readonly activeQueues: number;
      readonly waitingInBroker: number;
      readonly bufferBytes: number;
    };

export type ToIngest =
  | { readonly kind: "state" }
  /** The store stops answering, or answers again. */
  | { readonly kind: "store"; readonly fails: boolean }
  | { readonly kind: "stop" };

export interface IngestProcessOptions {
  /** The folder of its stores. */
  readonly folder: string;
  readonly amqpsPort: number;
  readonly queues: readonly string[];
  /** PEM files. */
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
  /** Registered at the first start, as `company/site/machine`. */
  readonly machines: readonly string[];
}
