/**
 * An attacker's tool: the least and the most of one unknown under linear equations, none negative. Two phases of
 * the simplex method with Bland's rule, on small dense tableaus.
 */

export interface Equation {
  readonly coefficients: readonly number[];
  readonly equals: number;
}

const tolerance = 1e-9;

/** @returns [least, most] of unknown `index`; Infinity where there is no limit. */
export function rangeOf(equations: readonly Equation[], unknowns: number, index: number): [number, number] {
  const objective = (sign: number) => Array.from({ length: unknowns }, (_, at) => (at === index ? sign : 0));
  return [-maximise(equations, unknowns, objective(-1)), maximise(equations, unknowns, objective(1))];
}

function maximise(equations: readonly Equation[], unknowns: number, objective: readonly number[]): number {
  const rows = equations.map(({ coefficients, equals }, row) => {
    const sign = equals < 0 ? -1 : 1;
    const artificial = equations.map((_, other) => (other === row ? 1 : 0));
    return [...coefficients.map((value) => sign * value), ...artificial, sign * equals];
  });
  const basis = equations.map((_, row) => unknowns + row);
  const width = unknowns + equations.length;
  const phaseOne = Array.from({ length: width }, (_, at) => (at >= unknowns ? -1 : 0));
  run(rows, basis, phaseOne, width);
  // Artificial unknowns that stayed at zero leave the basis where they can.
  for (const [row, basic] of basis.entries()) {
    if (basic < unknowns) continue;
    if (Math.abs(rows[row]!.at(-1)!) > 1e-6) throw new Error("the equations contradict each other");
    const column = rows[row]!.findIndex((value, at) => at < unknowns && Math.abs(value) > tolerance);
    if (column >= 0) pivot(rows, basis, row, column);
  }
  const phaseTwo = [...objective, ...equations.map(() => Number.NEGATIVE_INFINITY)];
  return run(rows, basis, phaseTwo, unknowns);
}

/** @returns the objective's maximum over the first `width` columns. */
function run(rows: number[][], basis: number[], objective: readonly number[], width: number): number {
  const weight = (basic: number) => (Number.isFinite(objective[basic]!) ? objective[basic]! : 0);
  for (;;) {
    let entering = -1;
    for (let column = 0; column < width && entering < 0; column += 1) {
      if (basis.includes(column)) continue;
      const reduced =
        objective[column]! - rows.reduce((sum, row, at) => sum + weight(basis[at]!) * row[column]!, 0);
      if (reduced > tolerance) entering = column;
    }
    if (entering < 0) return rows.reduce((sum, row, at) => sum + weight(basis[at]!) * row.at(-1)!, 0);
    let leaving = -1;
    let best = Number.POSITIVE_INFINITY;
    for (const [at, row] of rows.entries()) {
      if (row[entering]! <= tolerance) continue;
      const ratio = row.at(-1)! / row[entering]!;
      if (ratio < best - tolerance || (ratio < best + tolerance && basis[at]! < basis[leaving]!)) {
        best = Math.min(best, ratio);
        leaving = at;
      }
    }
    if (leaving < 0) return Number.POSITIVE_INFINITY;
    pivot(rows, basis, leaving, entering);
  }
}

function pivot(rows: number[][], basis: number[], at: number, column: number): void {
  const divisor = rows[at]![column]!;
  rows[at] = rows[at]!.map((value) => value / divisor);
  for (const [other, row] of rows.entries()) {
    if (other === at || row[column] === 0) continue;
    const factor = row[column]!;
    rows[other] = row.map((value, index) => value - factor * rows[at]![index]!);
  }
  basis[at] = column;
}
