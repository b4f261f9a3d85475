/**
 * Which queues of readings the broker has. A stack whose file named more of them before still has them, bound as ever: RabbitMQ
 * only adds what its definitions name. What is acknowledged in them must be stored too.
 */
import type { ChannelModel } from "amqplib";

/** RabbitMQ's reply code for a queue that does not exist. */
const notFound = 404;

/**
 * @param configured names that end in a number, in order.
 * @returns them, and those that follow in the broker up to the first number without a queue.
 */
export async function existingQueues(
  model: ChannelModel,
  configured: readonly string[],
): Promise<readonly string[]> {
  const [, stem, last] = /^(.*\D)(\d+)$/.exec(configured.at(-1) ?? "") ?? [];
  if (stem === undefined) return configured;
  const queues = [...configured];
  for (let number = Number(last) + 1; await exists(model, `${stem}${number}`); number += 1)
    queues.push(`${stem}${number}`);
  return queues;
}

/** On a channel of its own, because the broker closes it where the queue does not exist. */
async function exists(model: ChannelModel, queue: string): Promise<boolean> {
  const channel = await model.createChannel();
  let isClosed = false;
  // The call below throws the same.
  channel.on("error", () => {});
  channel.on("close", () => {
    isClosed = true;
  });
  try {
    await channel.checkQueue(queue);
    return true;
  } catch (error) {
    if ((error as { code?: number }).code === notFound) return false;
    throw error;
  } finally {
    if (!isClosed) await channel.close();
  }
}
