/** How a UCUM unit is written for people. */

/** Codes that differ from their printed symbol (UCUM, "print symbol"). */
const symbols: Readonly<Record<string, string>> = {
  Cel: "°C",
  "[degF]": "°F",
  "kW.h": "kWh",
  "W.h": "Wh",
  deg: "°",
  um: "µm",
  m2: "m²",
  m3: "m³",
  "m3/h": "m³/h",
  "m/s2": "m/s²",
  Ohm: "Ω",
  "1": "",
};

export function unitSymbol(ucum: string): string {
  const known = symbols[ucum];
  if (known !== undefined) return known;
  // "{item}/h" annotates a count: people read the word without its braces; "/min" is one per minute.
  return ucum.replace(/^\//, "1/").replaceAll(/[{}]/g, "").replaceAll(".", "·");
}
