import { useEffect, useState } from "react";
import { bodyOf, clientFor } from "../api/client";
import { Failure } from "../api/failure";
import { backoffMs, fullPause, pause } from "../common/patience";

export interface Site {
  name: string;
  defaultLanguage: string;
  languages: string[];
  suggestedQuestions: Record<string, string[]>;
}

export type SiteState =
  | { state: "loading" }
  | { state: "ready"; site: Site }
  | { state: "away"; until: number }
  | { state: "refused" };

/** The site that a publishable key stands for; asks again by itself while the server is away. */
export function useSite(publishableKey: string): SiteState {
  const [state, setState] = useState<SiteState>({ state: "loading" });
  useEffect(() => {
    const ending = new AbortController();
    void loadSite(publishableKey, ending.signal, setState);
    return () => ending.abort();
  }, [publishableKey]);
  return state;
}

async function loadSite(publishableKey: string, signal: AbortSignal, tell: (state: SiteState) => void): Promise<void> {
  const client = clientFor(publishableKey);
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      const site = await bodyOf(client.GET("/v1/site"));
      if (signal.aborted) return;
      return tell({
        state: "ready",
        site: {
          name: site.name,
          defaultLanguage: site.default_language,
          languages: site.languages,
          suggestedQuestions: site.suggested_questions,
        },
      });
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
