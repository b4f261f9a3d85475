/** What the machine lacks or refuses, with how to mend it: exit code 3 of the command line. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
  readonly remediation: string;
  constructor(message: string, remediation: string, options?: ErrorOptions) {
    super(message, options);
    this.remediation = remediation;
  }
}
