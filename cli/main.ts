/** The command line `rollout`: one file per command. */
import { Command, CommanderError } from "commander";
import { exitCode } from "../base/kit-error.ts";
import { kitVersion } from "../base/package-root.ts";
import { backupCommand } from "./commands/backup.ts";
import { bundleCommand } from "./commands/bundle.ts";
import { checkCommand } from "./commands/check.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { downCommand } from "./commands/down.ts";
import { eraseCommand } from "./commands/erase.ts";
import { evidenceCommand } from "./commands/evidence.ts";
import { explainCommand } from "./commands/explain.ts";
import { exportCommand } from "./commands/export.ts";
import { imagesCommand } from "./commands/images.ts";
import { initCommand } from "./commands/init.ts";
import { loginCommand } from "./commands/login.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { planCommand } from "./commands/plan.ts";
import { policiesCommand } from "./commands/policies.ts";
import { previewCommand } from "./commands/preview.ts";
import { refreshCommand } from "./commands/refresh.ts";
import { reportCommand } from "./commands/report.ts";
import { restoreCommand } from "./commands/restore.ts";
import { runCommand } from "./commands/run.ts";
import { statusCommand } from "./commands/status.ts";
import { translateCommand } from "./commands/translate.ts";
import { upCommand } from "./commands/up.ts";
import { validateCommand } from "./commands/validate.ts";
import { addCompletion } from "./completion.ts";
import { reportFailure } from "./failure.ts";

const program = new Command("rollout")
  .description(
    "Stands up a country's industrial IoT stack for small manufacturers from one localisation file.",
  )
  .version(kitVersion())
  // Options after a command are that command's.
  .enablePositionalOptions()
  .showHelpAfterError("(`rollout --help` lists the commands; `rollout <command> --help` their options.)")
  .addHelpText(
    "after",
    "\nExit codes: 0 success; 1 a check failed; 2 the input is wrong; 3 the environment is missing something.",
  );
for (const command of [
  initCommand(),
  validateCommand(),
  explainCommand(),
  planCommand(),
  checkCommand(),
  policiesCommand(),
  reportCommand(),
  evidenceCommand(),
  migrateCommand(),
  translateCommand(),
  doctorCommand(),
  previewCommand(),
  upCommand(),
  refreshCommand(),
  downCommand(),
  statusCommand(),
  backupCommand(),
  restoreCommand(),
  eraseCommand(),
  exportCommand(),
  imagesCommand(),
  bundleCommand(),
  runCommand(),
  loginCommand(),
])
  program.addCommand(command);
addCompletion(program);
throwOnExit(program);

// A reader that closes the pipe early, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(exitCode.fine);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? exitCode.fine : exitCode.inputWrong;
  else process.exitCode = reportFailure(error, process.argv.includes("--json"));
}

/** Commander then throws where it would end the process with an exit code of its own. */
function throwOnExit(command: Command): void {
  command.exitOverride();
  for (const each of command.commands) throwOnExit(each);
}
