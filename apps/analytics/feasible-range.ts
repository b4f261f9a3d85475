/**
 * What an outsider can find out about a suppressed cell of a two-way table: the least and the most it can be, given the
 * published cells and totals, where no cell is negative.
 *
 * A table with its totals is a bipartite graph of rows and columns whose edges are the cells. With the sign of totals
 * reversed every row and column adds up to zero, so a change that keeps all sums is a circulation, and
 * the largest change of one cell is a maximum flow through the other suppressed ones.
 */

export interface SuppressedCell {
  readonly row: number;
  readonly column: number;
  /** Not negative. */
  readonly value: number;
  /** The cell is the total of its row or its column, but not of both. */
  readonly isTotal: boolean;
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

/** @param cell one of `cells`, which are all suppressed cells of a table, its totals among them. */
export function feasibleRange(cells: readonly SuppressedCell[], cell: SuppressedCell): Range {
  const others = cells.filter((other) => other !== cell);
  const around = (raise: boolean) => {
    // A flow from row to column raises a cell and lowers a total.
    const raisesFromRow = raise !== cell.isTotal;
    const from = raisesFromRow ? columnNode(cell) : rowNode(cell);
    const to = raisesFromRow ? rowNode(cell) : columnNode(cell);
    return maximumFlow(others, from, to);
  };
  return { least: Math.max(0, cell.value - around(false)), most: cell.value + around(true) };
}

interface Edge {
  readonly to: string;
  capacity: number;
  readonly back: Edge;
}

const rowNode = (cell: SuppressedCell) => `row ${cell.row}`;
const columnNode = (cell: SuppressedCell) => `column ${cell.column}`;

/** Shortest augmenting paths (Edmonds and Karp). */
function maximumFlow(cells: readonly SuppressedCell[], from: string, to: string): number {
  const edges = graphOf(cells);
  let total = 0;
  for (;;) {
    const path = shortestPath(edges, from, to);
    if (path === undefined) return total;
    const amount = path.reduce((least, edge) => Math.min(least, edge.capacity), Number.POSITIVE_INFINITY);
    if (amount === Number.POSITIVE_INFINITY) return amount;
    for (const edge of path) {
      edge.capacity -= amount;
      edge.back.capacity += amount;
    }
    total += amount;
  }
}

/** Any cell can grow without limit, and shrink to zero. */
function graphOf(cells: readonly SuppressedCell[]): Map<string, Edge[]> {
  const edges = new Map<string, Edge[]>();
  const add = (node: string, edge: Edge) => {
    const known = edges.get(node);
    if (known === undefined) edges.set(node, [edge]);
    else known.push(edge);
  };
  for (const cell of cells) {
    const [row, column] = [rowNode(cell), columnNode(cell)];
    const grows = Number.POSITIVE_INFINITY;
    const there = { to: column, capacity: cell.isTotal ? cell.value : grows } as {
      -readonly [K in keyof Edge]: Edge[K];
    };
    const back: Edge = { to: row, capacity: cell.isTotal ? grows : cell.value, back: there };
    there.back = back;
    add(row, there);
    add(column, back);
  }
  return edges;
}

function shortestPath(
  edges: ReadonlyMap<string, readonly Edge[]>,
  from: string,
  to: string,
): Edge[] | undefined {
  const cameBy = new Map<string, Edge | undefined>([[from, undefined]]);
  const queue = [from];
  for (const node of queue) {
    for (const edge of edges.get(node) ?? []) {
      if (edge.capacity <= 0 || cameBy.has(edge.to)) continue;
      cameBy.set(edge.to, edge);
      if (edge.to === to) return pathTo(cameBy, to);
      queue.push(edge.to);
    }
  }
  return undefined;
}

function pathTo(cameBy: ReadonlyMap<string, Edge | undefined>, to: string): Edge[] {
  const path: Edge[] = [];
  for (let edge = cameBy.get(to); edge !== undefined; edge = cameBy.get(edge.back.to)) path.unshift(edge);
  return path;
}
