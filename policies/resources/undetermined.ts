/** A policy needs a value that is not known yet: the verdict is undetermined, which blocks. */
export class Undetermined extends Error {
  override readonly name = "Undetermined";
  readonly path: string;
  readonly remediation: string;

  /** @param message what is not known. One sentence, full stop. */
  constructor(path: string, message: string, remediation: string) {
    super(message);
    this.path = path;
    this.remediation = remediation;
  }
}

export function notKnownYet(path: string): Undetermined {
  return new Undetermined(
    path,
    "The value is not known before the resource exists.",
    "Give the value itself, or check again on the state after `rollout up`.",
  );
}
