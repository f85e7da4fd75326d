import { fromFragment } from "../common/key";

const NAME = "casewright.operator";

/** The key of this browser tab. One in the address is taken out of it and kept until the tab is closed. */
export function operatorKey(): string | null {
  const given = fromFragment("key");
  if (given !== null) {
    history.replaceState(null, "", window.location.pathname);
    sessionStorage.setItem(NAME, given);
  }
  return sessionStorage.getItem(NAME);
}

export function keepOperatorKey(key: string): void {
  sessionStorage.setItem(NAME, key);
}

export function forgetOperatorKey(): void {
  sessionStorage.removeItem(NAME);
}
