/** Something about a report or a key that its user can mend; `remediation` says how. */
export class ReportError extends Error {
  override readonly name = "ReportError";
  readonly remediation: string;
  constructor(message: string, remediation: string) {
    super(message);
    this.remediation = remediation;
  }
}
