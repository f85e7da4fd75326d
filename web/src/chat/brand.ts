import { asText, BLACK, type Colour, colourIn, mixed, movedUntil, READABLE, readableOn, WHITE } from "../common/contrast";

/** The grounds that text in the company's colour stands on, as base.css has them: page, surface, raised. */
const GROUNDS = {
  light: [[243, 241, 236], WHITE, [246, 245, 241]],
  dark: [[17, 20, 22], [25, 29, 32], [34, 39, 43]],
} as const satisfies Record<string, readonly Colour[]>;

/** How much a filled button must stand out from the page, so that it is still seen as one. */
const VISIBLE = 1.35;
const SOFT = { light: 0.1, dark: 0.2 } as const;

/** Puts the page into the company's colour (`#rrggbb`) and under its face; where one is empty it keeps its own. */
export function wear(colour: string, avatar: string): void {
  if (avatar !== "") document.querySelector("link[rel=icon]")?.setAttribute("href", avatar);
  const root = document.documentElement.style;
  const brand = colourIn(colour);
  for (const name of NAMES) root.removeProperty(name);
  if (brand === null) return;
  const [light, dark] = [paletteOf(brand, "light"), paletteOf(brand, "dark")];
  NAMES.forEach((name, index) => root.setProperty(name, `light-dark(${light[index]}, ${dark[index]})`));
}

const NAMES = ["--brand", "--brand-strong", "--on-brand", "--accent", "--on-accent", "--accent-soft"] as const;

/** In the order of `NAMES`. Text has 4.5:1 on each of them that it stands on. */
function paletteOf(brand: Colour, appearance: "light" | "dark"): string[] {
  const grounds = GROUNDS[appearance];
  const away = appearance === "light" ? BLACK : WHITE;
  const fill = movedUntil(brand, away, grounds, VISIBLE);
  const onFill = readableOn(fill);
  const hovered = mixed(fill, onFill === WHITE ? BLACK : WHITE, 0.16);
  const soft = mixed(grounds[1], brand, SOFT[appearance]);
  const text = movedUntil(brand, away, [...grounds, soft], READABLE);
  return [fill, hovered, onFill, text, readableOn(text), soft].map(asText);
}
