import { fromFragment } from "../common/key";

const LONGEST = 500;

/** The page that the customer is on: the one the address names, else the one that embeds the chat, else the chat itself. */
export function hostPage(): string {
  const named = fromFragment("page");
  if (named !== null) return named.slice(0, LONGEST);
  const embedding = window.parent === window ? "" : document.referrer;
  const { origin, pathname } = URL.canParse(embedding) ? new URL(embedding) : window.location;
  return (origin + pathname).slice(0, LONGEST);
}

export function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
