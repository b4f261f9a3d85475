/** A set of paths into a tree, with a quick test whether a path is on, above or below one of them. */
import type { PathSegment } from "../problem.ts";

type Path = readonly PathSegment[];

interface Branch {
  isMember: boolean;
  readonly children: Map<string, Branch>;
}

const newBranch = (): Branch => ({ isMember: false, children: new Map() });

export class PathSet {
  private readonly root = newBranch();

  constructor(paths: Iterable<Path>) {
    for (const path of paths) {
      let branch = this.root;
      for (const segment of path) {
        let child = branch.children.get(String(segment));
        if (child === undefined) {
          child = newBranch();
          branch.children.set(String(segment), child);
        }
        branch = child;
      }
      branch.isMember = true;
    }
  }

  /** Whether the path itself or one that it goes through is a member. */
  covers(path: Path): boolean {
    return this.walk(path) === "covered";
  }

  /** Whether the path, one that it goes through, or one that goes on from it is a member. */
  touches(path: Path): boolean {
    const end = this.walk(path);
    return end === "covered" || (end !== "outside" && (end.isMember || end.children.size > 0));
  }

  private walk(path: Path): Branch | "covered" | "outside" {
    let branch = this.root;
    for (const segment of path) {
      if (branch.isMember) return "covered";
      const child = branch.children.get(String(segment));
      if (child === undefined) return "outside";
      branch = child;
    }
    return branch.isMember ? "covered" : branch;
  }
}
