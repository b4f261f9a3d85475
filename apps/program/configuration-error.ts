/** What is wrong with a file that the cluster gives a program, with how to mend it: exit code 2 of the command line. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly remediation: string;
  constructor(message: string, remediation: string, options?: ErrorOptions) {
    super(message, options);
    this.remediation = remediation;
  }
}
