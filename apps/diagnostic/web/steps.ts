/** Draws a level from 0 to 5 as rising steps. The page also shows the number as text, so the drawing is hidden from screen readers. */
import { html } from "./html.ts";
import type { Html } from "./view.ts";

interface Steps {
  /** 0 to 5; parts of a step are drawn. */
  readonly level: number;
  readonly size?: "small" | "large";
}

const width = 14;
const gap = 3;
const lowest = 6;
const rise = 5;
const count = 5;
const height = lowest + rise * (count - 1);

export function steps({ level, size = "small" }: Steps): Html {
  const bars = Array.from({ length: count }, (_, index) => {
    const barHeight = lowest + rise * index;
    const share = Math.min(1, Math.max(0, level - index));
    const x = index * (width + gap);
    return html`<rect class="empty" x="${x}" y="${height - barHeight}" width="${width}" height="${barHeight}"/>${
      share === 0
        ? ""
        : html`<rect class="full" x="${x}" y="${height - barHeight}" width="${Math.round(width * share * 10) / 10}" height="${barHeight}"/>`
    }`;
  });
  return html`<svg class="steps ${size}" viewBox="0 0 ${count * (width + gap) - gap} ${height}" aria-hidden="true" focusable="false">${bars}</svg>`;
}
