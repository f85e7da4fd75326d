const FIRST_MS = 500;
const LONGEST_MS = 15_000;

const hurry = new EventTarget();

/** How long to wait before attempt `attempt` (from 0): doubling up to 15 s, the upper half of it by chance. */
export function backoffMs(attempt: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/** Ends every pause that may be cut short: somebody asked to try now. */
export function hurryUp(): void {
  hurry.dispatchEvent(new Event("now"));
}

/** Waits; not to the end when the network comes back, the page is looked at again, somebody hurries, or `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = new AbortController();
    const finish = () => {
      window.clearTimeout(timer);
      done.abort();
      resolve();
    };
    const timer = window.setTimeout(finish, ms);
    const listening = { signal: done.signal };
    hurry.addEventListener("now", finish, listening);
    window.addEventListener("online", finish, listening);
    document.addEventListener("visibilitychange", finish, listening);
    signal.addEventListener("abort", finish, listening);
    if (signal.aborted) finish();
  });
}

/** Waits the whole time that a server asked for; only `signal` ends it early. */
export function fullPause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      window.clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = window.setTimeout(finish, ms);
    signal.addEventListener("abort", finish);
    if (signal.aborted) finish();
  });
}

/** Resolves when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
