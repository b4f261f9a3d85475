/**
 * Whether a channel has numbers: where it has, a number in quotes is read as the number and any other text is refused, so
 * that no text takes a measurement's place on the pages and in the charts.
 */
import { type ClickHouseClient, TupleParam } from "@clickhouse/client";
import { type Channel, describe, quotedNumber, type Reading } from "./reading.ts";

type Kind = "numbers" | "texts";

/** Of at most so many series the kind is remembered. */
const mostRemembered = 200_000;

export class ChannelKinds {
  readonly #client: ClickHouseClient;
  readonly #measured: ReadonlySet<string>;
  /** By `company/site/machine/channel`: of series that have sent numbers, or a text and are stored. */
  readonly #known = new Map<string, Kind>();

  /** @param measured channels that have a unit in the country's file: they have numbers on every machine. */
  constructor(client: ClickHouseClient, measured: Iterable<string>) {
    this.#client = client;
    this.#measured = new Set(measured);
  }

  /** To be called when other processes may have stored readings of the same series. */
  forget(): void {
    this.#known.clear();
  }

  /** @param messages the readings of each message of a batch; those of one message are of one series. */
  async of(messages: readonly (readonly Reading[])[]): Promise<BatchKinds> {
    const numbers = new Set<string>();
    const texts = new Map<string, Channel>();
    /** Of texts that are no number in quotes. */
    const plain = new Set<string>();
    for (const readings of messages)
      for (const { series, number, text } of readings) {
        if (series.channel === "state") continue;
        if (number !== null) numbers.add(series.key);
        else {
          texts.set(series.key, series);
          if (quotedNumber(text) === undefined) plain.add(series.key);
        }
      }
    if (this.#known.size > mostRemembered) this.#known.clear();
    const unknown = [...texts.values()].filter(
      ({ key, channel }) => !this.#known.has(key) && !this.#measured.has(channel),
    );
    if (unknown.length > 0) await this.#read(unknown);
    return {
      kindOf: ({ key, channel }) => {
        const isNumeric = this.#measured.has(channel) || numbers.has(key);
        if (isNumeric) this.#known.set(key, "numbers");
        return isNumeric ? "numbers" : (this.#known.get(key) ?? (plain.has(key) ? "texts" : undefined));
      },
    };
  }

  async #read(series: readonly Channel[]): Promise<void> {
    const result = await this.#client.query({
      query: `SELECT company, site, machine, channel, sum(numbers) > 0 FROM rollup_day
              WHERE (company, site, machine, channel) IN {series:Array(Tuple(String, String, String, String))}
              GROUP BY company, site, machine, channel`,
      query_params: {
        series: series.map(
          ({ company, site, machine, channel }) => new TupleParam([company, site, machine, channel]),
        ),
      },
      format: "JSONCompactEachRow",
    });
    type Row = [string, string, string, string, number | boolean];
    for (const [company, site, machine, channel, isNumeric] of await result.json<Row>())
      this.#known.set(`${company}/${site}/${machine}/${channel}`, isNumeric ? "numbers" : "texts");
  }
}

interface BatchKinds {
  /** undefined where the channel has sent nothing before. */
  kindOf(series: Channel): Kind | undefined;
}

/** @returns the reading as it is to be stored, or why it can't be used. */
export function ofKind(reading: Reading, kind: Kind | undefined): Reading | string {
  const { series, number, text } = reading;
  if (number !== null || series.channel === "state" || kind === "texts") return reading;
  const quoted = quotedNumber(text);
  if (kind === "numbers" && quoted !== undefined) return { ...reading, number: quoted, text: "" };
  const sent = `"v" is the text ${describe(text)}.`;
  if (quoted !== undefined)
    return `${sent} If channel ${series.channel} measures a number, send it without quotes. If it has texts, send one that is no number first.`;
  return kind === "numbers"
    ? `${sent} Channel ${series.channel} has numbers: send a number without quotes, with a point before decimals, and texts on a channel of their own.`
    : reading;
}
