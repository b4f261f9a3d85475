/**
 * Stands in for `clickhouse-client` in tests: runs one statement of a script with the engine in the process, on a single
 * server, so `ON CLUSTER` is left out. Its environment says where the store and its disk of backups are.
 */
import { Session } from "chdb";

const { ENGINE_FOLDER = "", BACKUP_ADDRESS = "", BACKUP_KEY = "" } = process.env;
const disk = "--storage_configuration.disks.backups.";
const session = new Session(ENGINE_FOLDER, {
  connectionArgs: [
    `${disk}type=s3_plain`,
    `${disk}endpoint=${BACKUP_ADDRESS}`,
    `${disk}region=af-south-1`,
    `${disk}access_key_id=key`,
    `${disk}secret_access_key=secret`,
    `${disk}server_side_encryption_customer_key_base64=${BACKUP_KEY}`,
    "--backups.allowed_disk=backups",
  ],
});
const query = process.argv[process.argv.indexOf("--query") + 1] ?? "";
try {
  if (Number(session.query("EXISTS DATABASE rollout", "TSV")) === 1) session.query("USE rollout");
  process.stdout.write(session.query(query.replaceAll("ON CLUSTER 'rollout'", ""), "TSV"));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  session.close();
}
