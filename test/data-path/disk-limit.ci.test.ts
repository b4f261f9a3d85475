/** The broker's limit of free disk follows the disk that it has, not the one that its file wants. */
import { expect, test } from "vitest";
import { TestAuthority } from "./certificates.ts";
import { Rabbitmq, rabbitmqIsMissing } from "./rabbitmq.ts";

if (rabbitmqIsMissing) console.log(`Tests with RabbitMQ are left out: ${rabbitmqIsMissing}.`);

interface Status {
  readonly alarms: readonly unknown[];
  readonly disk_free_limit: number;
}

/** Of a broker that its plan gives 10 GiB, so that 1 GiB of it is to stay free. @param disk in MiB; the machine's own where absent. */
async function statusWith(disk?: number): Promise<Status> {
  const broker = await Rabbitmq.start({
    authority: await TestAuthority.make(),
    loginsPort: 1,
    ...(disk !== undefined && { disk }),
  });
  try {
    return JSON.parse(
      broker.control("rabbitmq-diagnostics", ["-q", "status", "--formatter", "json"]),
    ) as Status;
  } finally {
    await broker.remove();
  }
}

test.skipIf(rabbitmqIsMissing !== undefined)(
  "a disk that is still small keeps a tenth free and raises no alarm; a large one keeps what the plan says",
  { timeout: 240_000 },
  async () => {
    const small = await statusWith(400);
    expect(small.alarms).toEqual([]);
    expect(small.disk_free_limit).toBe(40 * 2 ** 20);
    expect((await statusWith()).disk_free_limit).toBe(2 ** 30);
  },
);
