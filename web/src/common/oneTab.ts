import { aborted } from "./patience";

/**
 * Does `work` in one tab of this browser at a time, in the one that came into view last, until `signal` aborts.
 * `work` must end when its own signal aborts. Where the browser has no locks (plain http beyond this machine) every tab works.
 */
export async function inOneTab(name: string, work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  if (navigator.locks === undefined) return work(signal);
  let takeOver = document.visibilityState === "visible";
  while (!signal.aborted) {
    const turn = new AbortController();
    const working = AbortSignal.any([signal, turn.signal]);
    let held = false;
    const hold = async () => {
      held = true;
      await work(working);
      await aborted(working);
    };
    const inView = comingIntoView(signal);
    try {
      await navigator.locks.request(name, takeOver ? { steal: true } : { signal: inView.signal }, hold);
    } catch {
      turn.abort(); // another tab took over, or this one came into view while it waited
    }
    takeOver = !held && inView.signal.aborted;
    inView.abort();
  }
}

/** Runs `action` while no other tab runs one under the same name. */
export async function exclusively<Result>(name: string, action: () => Promise<Result>): Promise<Result> {
  return navigator.locks === undefined ? action() : navigator.locks.request(name, action);
}

function comingIntoView(signal: AbortSignal): AbortController {
  const controller = new AbortController();
  const listening = { signal: controller.signal };
  signal.addEventListener("abort", () => controller.abort(), listening);
  document.addEventListener(
    "visibilitychange",
    () => {
      if (document.visibilityState === "visible") controller.abort();
    },
    listening,
  );
  return controller;
}
