import { readStored, store } from "./storage";

export const APPEARANCES = ["auto", "light", "dark"] as const;
export type Appearance = (typeof APPEARANCES)[number];

const NAME = "casewright.appearance";

export function storedAppearance(): Appearance {
  const stored = readStored(NAME);
  return APPEARANCES.find((appearance) => appearance === stored) ?? "auto";
}

/** Sets the page's colours; `auto` follows the device. */
export function show(appearance: Appearance): void {
  document.documentElement.style.colorScheme = appearance === "auto" ? "light dark" : appearance;
}

export function keep(appearance: Appearance): void {
  store(NAME, appearance);
  show(appearance);
}
