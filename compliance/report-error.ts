/** Something about a report or a key that its user can mend; `cure` says how. */
export class ReportError extends Error {
  override readonly name = "ReportError";
  readonly cure: string;
  constructor(message: string, cure: string) {
    super(message);
    this.cure = cure;
  }
}
