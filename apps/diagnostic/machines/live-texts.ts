/** A company's live values as texts, by cell of the page: rendered with the page, then sent as they change. */
import type { LatestValue } from "../../analytics/queries.ts";
import type { Content } from "../web/html.ts";
import type { View } from "../web/view.ts";
import { type CompanyValues, channelKey } from "./live-values.ts";
import { machinesNow } from "./machines.ts";
import { unitSymbol } from "./unit-symbol.ts";

export interface LiveTexts {
  /** By `site/machine/channel` the value; by `site/machine` the time of the latest message. */
  readonly texts: Readonly<Record<string, string>>;
  /** By `site/machine`: the state, and its name. */
  readonly states: Readonly<Record<string, readonly [state: string, name: string]>>;
}

export function liveTexts(view: View, values: CompanyValues, now = Date.now()): LiveTexts {
  return partOf(view, values, [...values.values()], now);
}

/** Remembers what one reader of the stream has received, to send only what differs. */
export class LiveReader {
  readonly #view: View;
  readonly #texts = new Map<string, string>();
  readonly #states = new Map<string, string>();

  constructor(view: View) {
    this.#view = view;
  }

  /**
   * @param changed values that may differ from what was sent: to format all values of a large company would cost too much.
   * @returns what has to be sent; undefined where nothing has changed.
   */
  next(values: CompanyValues, changed: readonly LatestValue[], now = Date.now()): LiveTexts | undefined {
    const { texts, states } = partOf(this.#view, values, changed, now);
    const newTexts = Object.entries(texts).filter(([key, text]) => this.#texts.get(key) !== text);
    const newStates = Object.entries(states).filter(([key, [state]]) => this.#states.get(key) !== state);
    for (const [key, text] of newTexts) this.#texts.set(key, text);
    for (const [key, [state]] of newStates) this.#states.set(key, state);
    if (newTexts.length + newStates.length === 0) return undefined;
    return { texts: Object.fromEntries(newTexts), states: Object.fromEntries(newStates) };
  }
}

function partOf(view: View, values: CompanyValues, part: readonly LatestValue[], now: number): LiveTexts {
  const texts: Record<string, string> = {};
  const states: Record<string, [string, string]> = {};
  const machines = machinesNow(view.country, values, now);
  for (const value of part) {
    texts[channelKey(value)] = String(valueText(view, value));
    const key = `${value.site}/${value.machine}`;
    const machine = machines.get(key);
    if (machine === undefined || states[key] !== undefined) continue;
    states[key] = [machine.state, String(stateName(view, machine.state))];
    texts[key] = String(heardText(view, machine.heardAt, now));
  }
  return { texts, states };
}

export function valueText(view: View, value: Pick<LatestValue, "channel" | "number" | "text">): Content {
  if (value.channel === "state") return stateName(view, value.text);
  if (value.number === null) return value.text;
  const unit = channelUnit(view, value.channel);
  // Counters are read to the last item; measurements are not more exact than this.
  const digits = isCounter(value.channel) ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 4 };
  const number = view.translation.number(value.number, digits);
  return unit === "" ? number : `${number} ${unit}`;
}

export function channelUnit({ country, t }: View, channel: string): string {
  if (channel === "energy") return "kWh";
  if (channel === "produced" || channel === "scrap") return String(t("channel.items"));
  const unit = country.telemetry.units[channel];
  return unit === undefined ? "" : unitSymbol(unit);
}

/** Known channels have names in every language; others show as the device names them. */
export function channelName({ t, translation }: View, channel: string): Content {
  return translation.has(`channel.${channel}`) ? t(`channel.${channel}`) : channel;
}

export function stateName({ t, translation }: View, state: string): Content {
  return translation.has(`state.${state}`) ? t(`state.${state}`) : state;
}

export function heardText({ t }: View, heardAt: number | undefined, now = Date.now()): Content {
  if (heardAt === undefined) return t("heard.never");
  const seconds = Math.round((now - heardAt) / 1000);
  if (seconds < 60) return t("heard.now");
  return t("heard.at", (own) => ({
    time: seconds < 12 * 3600 ? own.time(heardAt) : own.dateTime(heardAt),
  }));
}

/** Counters only rise: charts show their last value, everything else its mean. */
export function isCounter(channel: string): boolean {
  return channel === "produced" || channel === "scrap" || channel === "energy";
}
