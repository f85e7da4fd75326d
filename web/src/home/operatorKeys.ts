const NAME = "casewright.demo";

/** Operator keys of the demo's companies, by publishable key. */
export type OperatorKeys = Readonly<Record<string, string>>;

/**
 * The keys in the link that the demo printed (`#pk_…=ok_…&…`), which are taken out of the address and kept until this tab is
 * closed; none for whoever opened the page without it.
 */
export function operatorKeys(): OperatorKeys {
  const given = [...new URLSearchParams(window.location.hash.slice(1))].filter(([name]) => name.startsWith("pk_"));
  try {
    if (given.length > 0) sessionStorage.setItem(NAME, JSON.stringify(Object.fromEntries(given)));
    const kept = sessionStorage.getItem(NAME);
    return kept === null ? {} : (JSON.parse(kept) as OperatorKeys);
  } catch {
    return Object.fromEntries(given); // storage is forbidden
  }
}

export function clearAddress(): void {
  if (window.location.hash !== "") history.replaceState(null, "", window.location.pathname);
}
