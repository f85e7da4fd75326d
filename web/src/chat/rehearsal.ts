import { fromFragment } from "../common/key";

/** What the link of a demo carries besides the chat's key. `tour`: the speed of the tour that is to begin, else null. */
export interface RehearsalLink {
  operatorKey: string;
  tour: number | null;
}

/** From the address, else as this tab has kept it; null for every chat that no demo has opened. */
export function rehearsalLink(publishableKey: string): RehearsalLink | null {
  const given = fromFragment("operator");
  if (given === null) {
    const kept = tabStorage()?.getItem(nameOf(publishableKey)) ?? null;
    return kept === null ? null : { operatorKey: kept, tour: null };
  }
  const tour = fromFragment("tour");
  return { operatorKey: given, tour: tour === null ? null : Number(tour) || 1 };
}

/** Keeps the key for this tab, and takes it out of the address. */
export function keepForThisTab(publishableKey: string, { operatorKey }: RehearsalLink): void {
  tabStorage()?.setItem(nameOf(publishableKey), operatorKey);
  const rest = new URLSearchParams(window.location.hash.slice(1));
  rest.delete("operator");
  rest.delete("tour");
  history.replaceState(null, "", `#${rest.toString()}`);
}

export function forgetRehearsal(publishableKey: string): void {
  tabStorage()?.removeItem(nameOf(publishableKey));
}

function nameOf(publishableKey: string): string {
  return `casewright.rehearsal.${publishableKey}`;
}

function tabStorage(): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null; // forbidden: the key holds until the page is closed
  }
}
