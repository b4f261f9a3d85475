/**
 * Key performance indicators of ISO 22400-2:2014, from times and quantities that were summed over any machines and
 * shifts: ratios are formed from sums, never averaged. Undefined (a zero denominator, nothing measured) is null.
 */

/** Of one machine in one shift. Seconds and items; null where the machine does not send the readings for it. */
export interface Measured {
  readonly plannedRunTimePerItem: number;
  readonly plannedBusySeconds: number;
  readonly actualProductionSeconds: number | null;
  readonly produced: number | null;
  readonly scrap: number | null;
  readonly energyKilowattHours: number | null;
  readonly downSeconds: number | null;
  /** Times that the machine went down. */
  readonly failures: number | null;
}

/**
 * Numerators and denominators. Each ratio sums over the machines and shifts of which both are known, so that a machine
 * without a counter does not distort the ratio of the others.
 */
export interface KpiTotals {
  readonly plannedBusySeconds: number;
  readonly actualProductionSeconds: number | null;
  readonly produced: number | null;
  readonly good: number | null;
  readonly scrap: number | null;
  readonly energyKilowattHours: number | null;
  /** Planned busy time where the production time is known. */
  readonly observedBusySeconds: number;
  /** Planned run time per item × produced quantity, where the production time is known. */
  readonly plannedOutputSeconds: number;
  /** Actual production time where the produced quantity is known. */
  readonly countedProductionSeconds: number;
  /** Planned run time per item × produced and × good quantity, where scrap is counted. */
  readonly inspectedOutputSeconds: number;
  readonly goodOutputSeconds: number;
  /** Produced quantity and energy where both are known. */
  readonly meteredQuantity: number;
  readonly meteredKilowattHours: number;
  readonly downSeconds: number;
  readonly failures: number;
}

export interface Indicators {
  /** Actual production time ÷ planned busy time. */
  readonly availability: number | null;
  /**
   * Planned run time per item × produced quantity ÷ actual production time. Not limited to 1: above it the machine is
   * faster than planned, or the planned run time is wrong.
   */
  readonly effectiveness: number | null;
  /**
   * Good quantity ÷ produced quantity. Over several machines each item counts with its planned run time: otherwise the
   * machine with the most and smallest items would outweigh all others. So the OEE index stays the product.
   */
  readonly qualityRatio: number | null;
  /** OEE index: availability × effectiveness × quality ratio. */
  readonly oee: number | null;
  /** Kilowatt-hours per produced item. */
  readonly energyPerItem: number | null;
  /** Actual production time ÷ failures. */
  readonly secondsBetweenFailures: number | null;
  /** Time down ÷ failures. */
  readonly secondsToRepair: number | null;
}

export function totalsOf(measured: Measured): KpiTotals {
  const { plannedRunTimePerItem, plannedBusySeconds, actualProductionSeconds, produced, scrap } = measured;
  const energyKilowattHours = measured.energyKilowattHours;
  const isCounted = actualProductionSeconds !== null && produced !== null;
  const isInspected = produced !== null && scrap !== null;
  const isMetered = produced !== null && energyKilowattHours !== null;
  return {
    plannedBusySeconds,
    actualProductionSeconds,
    produced,
    good: isInspected ? goodQuantity(produced, scrap) : null,
    scrap,
    energyKilowattHours,
    observedBusySeconds: actualProductionSeconds === null ? 0 : plannedBusySeconds,
    plannedOutputSeconds: isCounted ? plannedRunTimePerItem * produced : 0,
    countedProductionSeconds: isCounted ? actualProductionSeconds : 0,
    inspectedOutputSeconds: isInspected ? plannedRunTimePerItem * produced : 0,
    goodOutputSeconds: isInspected ? plannedRunTimePerItem * goodQuantity(produced, scrap) : 0,
    meteredQuantity: isMetered ? produced : 0,
    meteredKilowattHours: isMetered ? energyKilowattHours : 0,
    downSeconds: measured.downSeconds ?? 0,
    failures: measured.failures ?? 0,
  };
}

/**
 * Planned busy time: the shift less its planned down time. That is what the machine reports as planned stop, and at least
 * the planned break as far as the machine did not produce in it. So a break that the machine reports is not subtracted
 * twice, and one in which it works counts as work.
 */
export function plannedBusySeconds(shift: {
  readonly lengthSeconds: number;
  readonly plannedBreakSeconds: number;
  readonly plannedStopSeconds: number;
  readonly producingSeconds: number;
}): number {
  const { lengthSeconds, plannedBreakSeconds, plannedStopSeconds, producingSeconds } = shift;
  const takenBreak = Math.min(plannedBreakSeconds, Math.max(0, lengthSeconds - producingSeconds));
  return Math.max(0, lengthSeconds - Math.max(plannedStopSeconds, takenBreak));
}

/** Scrap is part of the produced quantity; where its counter is higher, nothing was good. */
function goodQuantity(produced: number, scrap: number): number {
  return Math.max(0, produced - scrap);
}

export const nothing: KpiTotals = {
  plannedBusySeconds: 0,
  actualProductionSeconds: null,
  produced: null,
  good: null,
  scrap: null,
  energyKilowattHours: null,
  observedBusySeconds: 0,
  plannedOutputSeconds: 0,
  countedProductionSeconds: 0,
  inspectedOutputSeconds: 0,
  goodOutputSeconds: 0,
  meteredQuantity: 0,
  meteredKilowattHours: 0,
  downSeconds: 0,
  failures: 0,
};

export function addTotals(a: KpiTotals, b: KpiTotals): KpiTotals {
  const sum = (x: number | null, y: number | null) => (x === null ? y : y === null ? x : x + y);
  return {
    plannedBusySeconds: a.plannedBusySeconds + b.plannedBusySeconds,
    actualProductionSeconds: sum(a.actualProductionSeconds, b.actualProductionSeconds),
    produced: sum(a.produced, b.produced),
    good: sum(a.good, b.good),
    scrap: sum(a.scrap, b.scrap),
    energyKilowattHours: sum(a.energyKilowattHours, b.energyKilowattHours),
    observedBusySeconds: a.observedBusySeconds + b.observedBusySeconds,
    plannedOutputSeconds: a.plannedOutputSeconds + b.plannedOutputSeconds,
    countedProductionSeconds: a.countedProductionSeconds + b.countedProductionSeconds,
    inspectedOutputSeconds: a.inspectedOutputSeconds + b.inspectedOutputSeconds,
    goodOutputSeconds: a.goodOutputSeconds + b.goodOutputSeconds,
    meteredQuantity: a.meteredQuantity + b.meteredQuantity,
    meteredKilowattHours: a.meteredKilowattHours + b.meteredKilowattHours,
    downSeconds: a.downSeconds + b.downSeconds,
    failures: a.failures + b.failures,
  };
}

export function indicatorsOf(totals: KpiTotals): Indicators {
  const availability = ratio(totals.actualProductionSeconds, totals.observedBusySeconds);
  const effectiveness = ratio(totals.plannedOutputSeconds, totals.countedProductionSeconds);
  const qualityRatio = ratio(totals.goodOutputSeconds, totals.inspectedOutputSeconds);
  return {
    availability,
    effectiveness,
    qualityRatio,
    oee:
      availability === null || effectiveness === null || qualityRatio === null
        ? null
        : availability * effectiveness * qualityRatio,
    energyPerItem: ratio(totals.meteredKilowattHours, totals.meteredQuantity),
    secondsBetweenFailures: ratio(totals.actualProductionSeconds, totals.failures),
    secondsToRepair: ratio(totals.downSeconds, totals.failures),
  };
}

function ratio(numerator: number | null, denominator: number): number | null {
  return numerator === null || denominator <= 0 ? null : numerator / denominator;
}
