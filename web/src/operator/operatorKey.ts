import { fromFragment } from "../common/key";
import { addressOf } from "./places";

const NAME = "casewright.operator";

/**
 * The key of this browser tab. One in the address is taken out of it and kept until the tab is closed; beside it a conversation
 * to open may be named.
 */
export function operatorKey(): string | null {
  const given = fromFragment("key");
  if (given !== null) {
    const id = fromFragment("conversation");
    const place = id === null ? "" : addressOf({ name: "conversation", id, turn: null });
    history.replaceState(null, "", window.location.pathname + place);
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
