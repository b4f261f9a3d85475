/** Makes the country's colour readable: darkened until white text on it reaches WCAG's contrast, lightened for the dark mode. */

/** Contrast of normal text: WCAG 2.2 success criterion 1.4.3 requires 4.5. */
const contrastWanted = 5;

type Rgb = readonly [number, number, number];

export interface BrandColours {
  /** `#rrggbb`; on white and on the light surface, or under white text. */
  readonly light: string;
  /** `#rrggbb`; on the dark mode's page and surface. */
  readonly dark: string;
}

/** Background of navigation, footer and tiles; the contrast with the pages themselves is higher. */
export const lightSurface = "#f3f5f7";
export const darkSurface = "#1f262c";

export function brandColours(colour: string): BrandColours {
  const [white, lightest, darkest] = [parse("#ffffff"), parse(lightSurface), parse(darkSurface)];
  let light = parse(colour);
  while (contrast(light, lightest) < contrastWanted) light = mix(light, [0, 0, 0], 0.05);
  let dark = parse(colour);
  while (contrast(dark, darkest) < contrastWanted) dark = mix(dark, white, 0.05);
  return { light: format(light), dark: format(dark) };
}

/** WCAG 2.2 contrast ratio, 1 to 21. */
export function contrastRatio(a: string, b: string): number {
  return contrast(parse(a), parse(b));
}

function contrast(a: Rgb, b: Rgb): number {
  const [lighter, darker] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const channel = (index: 0 | 1 | 2) => {
    const step = (b[index] - a[index]) * share;
    // At least one step, so that rounding never stops the approach.
    return a[index] + (step > 0 ? Math.ceil(step) : Math.floor(step));
  };
  return [channel(0), channel(1), channel(2)];
}

function parse(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function format(rgb: Rgb): string {
  return `#${rgb.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}
