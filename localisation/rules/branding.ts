/** The logo exists, and white text is readable on the main colour. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { contrastRatio } from "../brand-colour.ts";
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
    "Put the SVG there, or remove the key.",
  );
};

/** WCAG 2.2, success criterion 1.4.3. */
const leastContrast = 4.5;

export const whiteTextIsReadable: Rule = (examination) => {
  const colour = examination.read("branding", "primaryColour");
  if (colour === undefined) return;
  const contrast = contrastRatio("#ffffff", colour);
  if (contrast >= leastContrast) return;
  examination.warn(
    ["branding", "primaryColour"],
    `White text on ${colour} has a contrast of ${contrast.toFixed(1)} to 1; people with low vision need ${leastContrast}.`,
    "Choose a darker colour.",
  );
};
