/** How a command's options choose what is read of a localisation file. */
import { Option } from "commander";
import type { LoadOptions } from "../localisation/load.ts";

const targets = ["local", "kubernetes", "aws"] as const;

/** A target that doesn't exist is the command's to refuse: it knows which it can plan for. */
export function loadOptions({
  env,
  target,
}: {
  readonly env?: string;
  readonly target?: string;
}): LoadOptions {
  const known = targets.find((name) => name === target);
  return {
    ...(env !== undefined && { environment: env }),
    ...(known !== undefined && { target: known }),
  };
}

export function targetOption(): Option {
  return new Option("--target <target>", "this target of the file instead of hosting.target").choices(
    targets,
  );
}
