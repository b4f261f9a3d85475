// @ts-check
/** Draws the charts of a machine's measurements with uPlot, which the page loads first. */

/** @typedef {{ time: number[], value: (number | null)[], minimum: (number | null)[], maximum: (number | null)[] }} Series */

const uPlot = /** @type {any} */ (window).uPlot;
const secondsPerDay = 86_400;
const refreshMilliseconds = 15_000;

/** @param {string} name of a custom property */
function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * Keeps a text in its own direction.
 * @param {string} text
 */
function isolated(text) {
  return `\u2068${text}\u2069`;
}

/** @param {Series} series */
function columns({ time, value, minimum, maximum }) {
  return minimum.length === 0 ? [time, value] : [time, value, minimum, maximum];
}

/**
 * @param {HTMLElement} figure
 * @param {Series} series
 */
function draw(figure, series) {
  const { name = "", unit = "", locale: language, timezone } = figure.dataset;
  const readout = figure.querySelector("output");
  const number = new Intl.NumberFormat(language, { maximumSignificantDigits: 5 });
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", timeZone: timezone });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: timezone });
  const full = new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: timezone,
  });
  const text = (/** @type {number | null} */ value) =>
    value === null ? "–" : `${number.format(value)} ${unit}`.trim();
  const banded = series.minimum.length > 0;
  const span = (series.time.at(-1) ?? 0) - (series.time[0] ?? 0);
  const axis = {
    stroke: colour("--quiet"),
    grid: { stroke: colour("--silent"), width: 1 },
    ticks: { stroke: colour("--silent"), width: 1 },
    font: "13px system-ui, sans-serif",
  };
  const edge = { stroke: "transparent", points: { show: false } };
  const size = () => ({
    width: figure.clientWidth,
    height: Math.min(320, Math.max(200, figure.clientWidth * 0.4)),
  });
  const plot = new uPlot(
    {
      ...size(),
      tzDate: (/** @type {number} */ seconds) => uPlot.tzDate(new Date(seconds * 1000), timezone),
      scales: { x: { time: true } },
      legend: { show: false },
      hooks: {
        setCursor: [
          (/** @type {{ cursor: { idx: number | null }, data: (number | null)[][] }} */ { cursor, data }) => {
            if (readout === null) return;
            const time = cursor.idx == null ? undefined : data[0]?.[cursor.idx];
            const value = cursor.idx == null ? undefined : data[1]?.[cursor.idx];
            readout.textContent =
              time == null ? "" : `${isolated(full.format(time * 1000))}: ${isolated(text(value ?? null))}`;
          },
        ],
      },
      series: [
        {
          label: "",
          value: (/** @type {unknown} */ _, /** @type {number | null} */ v) =>
            v === null ? "–" : full.format(v * 1000),
        },
        { label: name, stroke: colour("--brand"), width: 2 },
        ...(banded
          ? [
              { ...edge, label: "min" },
              { ...edge, label: "max" },
            ]
          : []),
      ],
      bands: banded
        ? [{ series: [3, 2], fill: `color-mix(in srgb, ${colour("--brand")} 18%, transparent)` }]
        : [],
      axes: [
        {
          ...axis,
          values: (/** @type {unknown} */ _, /** @type {number[]} */ splits) =>
            splits.map((seconds) => (span > 2 * secondsPerDay ? day : clock).format(seconds * 1000)),
        },
        {
          ...axis,
          size: 64,
          values: (/** @type {unknown} */ _, /** @type {number[]} */ splits) =>
            splits.map((v) => number.format(v)),
        },
      ],
    },
    columns(series),
    figure,
  );
  new ResizeObserver(() => plot.setSize(size())).observe(figure);
  return plot;
}

/** @param {HTMLElement} figure */
async function run(figure) {
  const address = figure.dataset.chart ?? "";
  const read = async () => {
    const response = await fetch(address, { headers: { accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    return /** @type {Series} */ (await response.json());
  };
  const series = await read();
  if (series.time.length === 0) return;
  const plot = draw(figure, series);
  setInterval(async () => {
    if (document.visibilityState !== "visible") return;
    // Without a connection the chart stays as it is.
    const next = await read().catch(() => undefined);
    if (next !== undefined && next.minimum.length === series.minimum.length) plot.setData(columns(next));
  }, refreshMilliseconds);
}

for (const figure of document.querySelectorAll("[data-chart]"))
  run(/** @type {HTMLElement} */ (figure)).catch((error) => console.error(error));
