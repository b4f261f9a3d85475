/**
 * Lines and columns of offsets in a text. The YAML parser counts lines too, but not reliably in invalid text, where
 * positions matter most.
 */

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

export class LineIndex {
  private readonly starts: readonly number[];
  private readonly length: number;

  constructor(text: string) {
    const starts = [0];
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
    this.starts = starts;
    this.length = text.length;
  }

  placeOf(offset: number): Position {
    const within = Math.min(Math.max(offset, 0), this.length);
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= within) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: within - (this.starts[low] ?? 0) + 1 };
  }
}
