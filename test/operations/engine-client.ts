/** Stands in for `clickhouse-client` in tests: sends the statement of a script to `engine-server.ts`, in the folder ENGINE_FOLDER. */
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const query = process.argv[process.argv.indexOf("--query") + 1] ?? "";
const sent = request(
  { socketPath: join(process.env.ENGINE_FOLDER ?? "", "socket"), method: "POST" },
  async (response) => {
    const answer = await text(response);
    if (response.statusCode === 200) process.stdout.write(answer);
    else {
      process.stderr.write(`${answer}\n`);
      process.exitCode = 1;
    }
  },
);
sent.end(query);
