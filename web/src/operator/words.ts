/* How the page puts the API's stable words. */

const REASONS: Record<string, string> = {
  requested: "asked for a person",
  frustration: "frustrated",
  low_confidence: "agent not sure",
  failure: "something failed",
  half_done: "left half done",
  operator: "taken over",
  given_back: "given back",
  at_most_once_unknown: "outcome unknown",
};

export function reasonInWords(reason: string): string {
  return REASONS[reason] ?? reason.replaceAll("_", " ");
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

/** `moment` as seen from now: "5 min. ago". */
export function ago(moment: string, now: number): string {
  const seconds = Math.round((Date.parse(moment) - now) / 1_000);
  if (seconds > -60) return "just now";
  if (seconds > -3_600) return RELATIVE.format(Math.round(seconds / 60), "minute");
  if (seconds > -86_400) return RELATIVE.format(Math.round(seconds / 3_600), "hour");
  return RELATIVE.format(Math.round(seconds / 86_400), "day");
}

/** How long since `moment`: "7 min". */
export function elapsed(moment: string, now: number): string {
  const minutes = Math.max(1, Math.round((now - Date.parse(moment)) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 2_880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1_440)} days`;
}
