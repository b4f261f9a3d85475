/** The logo is there, and white text can be read on the main colour. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Rule } from "../check/examination.ts";
import { quote } from "../problem.ts";

export const logoIsThere: Rule = (examination) => {
  const logo = examination.read("branding", "logo");
  if (logo === undefined) return;
  const path = join(dirname(examination.document.source.file), logo);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return;
  examination.report(
    ["branding", "logo"],
    `There is no file ${quote(logo)} in the folder of this file.`,
    "Put the SVG there, or take the key out.",
  );
};

/** WCAG 2.2, success criterion 1.4.3. */
const leastContrast = 4.5;

export const colourCarriesWhiteText: Rule = (examination) => {
  const colour = examination.read("branding", "primaryColour");
  if (colour === undefined) return;
  const contrast = 1.05 / (luminance(colour) + 0.05);
  if (contrast >= leastContrast) return;
  examination.warn(
    ["branding", "primaryColour"],
    `White text on ${colour} has a contrast of ${contrast.toFixed(1)} to 1; people with weak sight need ${leastContrast}.`,
    "Choose a darker colour.",
  );
};

/** Relative luminance by WCAG 2.2, 0 to 1. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
