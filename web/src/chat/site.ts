import { createContext, useContext, useEffect, useState } from "react";
import { bodyOf, clientFor } from "../api/client";
import { Failure } from "../api/failure";
import { backoffMs, fullPause, pause } from "../common/patience";
import { hostPage, timeZone } from "./hostPage";

/** A company as its chat shows it. `avatar`, `colour`, `agentName`, `greeting` are empty where it says nothing. */
export interface Site {
  name: string;
  agentName: string;
  avatar: string;
  colour: string;
  greeting: string;
  /** First questions for this page, hour and language. */
  suggested: string[];
  defaultLanguage: string;
  languages: string[];
}

export type SiteState =
  | { state: "loading" }
  | { state: "ready"; site: Site }
  | { state: "away"; until: number }
  | { state: "refused" };

export const SiteContext = createContext<Site | null>(null);

/** The company whose chat this is. */
export function useSite(): Site {
  const site = useContext(SiteContext);
  if (site === null) throw new Error("There is no site here.");
  return site;
}

/**
 * The site that a publishable key stands for, as it greets in `language`; asks again by itself while the server is away. What
 * is shown stays until it is replaced.
 */
export function useSiteOf(publishableKey: string, language: string): SiteState {
  const [state, setState] = useState<SiteState>({ state: "loading" });
  useEffect(() => {
    const ending = new AbortController();
    void loadSite(publishableKey, language, ending.signal, (next) =>
      setState((before) => (before.state === "ready" && next.state !== "ready" ? before : next)),
    );
    return () => ending.abort();
  }, [publishableKey, language]);
  return state;
}

async function loadSite(
  publishableKey: string,
  language: string,
  signal: AbortSignal,
  tell: (state: SiteState) => void,
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      const site = await fetchedSite(publishableKey, language);
      if (!signal.aborted) tell({ state: "ready", site });
      return;
    } catch (error) {
      if (signal.aborted) return;
      const failure = Failure.of(error);
      if (failure.remedy === "authenticate" || failure.remedy === "change") return tell({ state: "refused" });
      const wait = Math.max(backoffMs(attempt + 2), failure.retryAfterMs ?? 0);
      tell({ state: "away", until: Date.now() + wait });
      await (failure.remedy === "wait" ? fullPause(wait, signal) : pause(wait, signal));
    }
  }
}

async function fetchedSite(publishableKey: string, language: string): Promise<Site> {
  const query = { page: hostPage(), time_zone: timeZone(), language };
  const site = await bodyOf(clientFor(publishableKey).GET("/v1/site", { params: { query } }));
  return {
    name: site.name,
    agentName: site.agent_name,
    avatar: site.avatar,
    colour: site.colour,
    greeting: site.greeting,
    suggested: site.suggested,
    defaultLanguage: site.default_language,
    languages: site.languages,
  };
}
