/* Colours as WCAG 2.2 measures them. */

/** Red, green, blue: 0…255. */
export type Colour = readonly [number, number, number];

export const WHITE: Colour = [255, 255, 255];
export const BLACK: Colour = [0, 0, 0];

/** `#rrggbb` as a colour; null for anything else. */
export function colourIn(text: string): Colour | null {
  const found = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(text);
  return found === null ? null : [parseInt(found[1]!, 16), parseInt(found[2]!, 16), parseInt(found[3]!, 16)];
}

export function asText(colour: Colour): string {
  return `#${colour.map((channel) => Math.round(channel).toString(16).padStart(2, "0")).join("")}`;
}

/** `share` (0…1) of `other` in `colour`. */
export function mixed(colour: Colour, other: Colour, share: number): Colour {
  const mix = (channel: 0 | 1 | 2) => Math.round(colour[channel] * (1 - share) + other[channel] * share);
  return [mix(0), mix(1), mix(2)];
}

/** From 1 (the same) to 21 (black and white). */
export function contrast(one: Colour, other: Colour): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** White or black, whichever can be read better: at least 4.58 on any colour. White is preferred where it is enough. */
export function readableOn(ground: Colour): Colour {
  return contrast(WHITE, ground) >= READABLE || contrast(WHITE, ground) > contrast(BLACK, ground) ? WHITE : BLACK;
}

/** What text needs against its ground (WCAG 2.2, 1.4.3). */
export const READABLE = 4.5;

/** The first colour from `colour` towards `end` that has `least` contrast with every one of `grounds`; else `end`. */
export function movedUntil(colour: Colour, end: Colour, grounds: readonly Colour[], least: number): Colour {
  for (let share = 0; share < 1; share += 0.04) {
    const candidate = mixed(colour, end, share);
    if (grounds.every((ground) => contrast(candidate, ground) >= least)) return candidate;
  }
  return end;
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
