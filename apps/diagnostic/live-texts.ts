/** What the pages show of a company's live values, as texts by cell: rendered with the page and sent after it. */
import type { LatestValue } from "../analytics/queries.ts";
import type { CompanyValues } from "./live-values.ts";
import { machinesNow } from "./machines.ts";
import { unitSymbol } from "./unit-symbol.ts";
import type { View } from "./view.ts";

export interface LiveTexts {
  /** By `site/machine/channel` the value; by `site/machine` when it was heard. */
  readonly texts: Readonly<Record<string, string>>;
  /** By `site/machine`: the state, and its name. */
  readonly states: Readonly<Record<string, readonly [state: string, name: string]>>;
}

export function liveTexts(view: View, values: CompanyValues, now = Date.now()): LiveTexts {
  const texts: Record<string, string> = {};
  const states: Record<string, [string, string]> = {};
  for (const [key, value] of values) texts[key] = valueText(view, value);
  for (const [key, { state, heardAt }] of machinesNow(view.country, values, now)) {
    states[key] = [state, stateName(view, state)];
    texts[key] = heardText(view, heardAt, now);
  }
  return { texts, states };
}

/** @returns what differs from what was sent before; undefined where nothing does. */
export function changedTexts(before: LiveTexts, after: LiveTexts): LiveTexts | undefined {
  const texts = Object.fromEntries(
    Object.entries(after.texts).filter(([key, text]) => before.texts[key] !== text),
  );
  const states = Object.fromEntries(
    Object.entries(after.states).filter(([key, [state]]) => before.states[key]?.[0] !== state),
  );
  return Object.keys(texts).length + Object.keys(states).length === 0 ? undefined : { texts, states };
}

export function valueText(view: View, value: Pick<LatestValue, "channel" | "number" | "text">): string {
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
  if (channel === "produced" || channel === "scrap") return t("channel.items");
  const unit = country.telemetry.units[channel];
  return unit === undefined ? "" : unitSymbol(unit);
}

/** Known channels have names in every language; others show as the device names them. */
export function channelName({ t, translation }: View, channel: string): string {
  return translation.has(`channel.${channel}`) ? t(`channel.${channel}`) : channel;
}

export function stateName({ t, translation }: View, state: string): string {
  return translation.has(`state.${state}`) ? t(`state.${state}`) : state;
}

export function heardText({ t, translation }: View, heardAt: number | undefined, now = Date.now()): string {
  if (heardAt === undefined) return t("heard.never");
  const seconds = Math.round((now - heardAt) / 1000);
  if (seconds < 60) return t("heard.now");
  return t("heard.at", {
    time: seconds < 12 * 3600 ? translation.time(heardAt) : translation.dateTime(heardAt),
  });
}

/** Counters only rise: charts show their last value, everything else its mean. */
export function isCounter(channel: string): boolean {
  return channel === "produced" || channel === "scrap" || channel === "energy";
}
