/** What the machine lacks or refuses, with how to mend it: exit code 3 of the command line. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
  readonly cure: string;
  constructor(message: string, cure: string, options?: ErrorOptions) {
    super(message, options);
    this.cure = cure;
  }
}
