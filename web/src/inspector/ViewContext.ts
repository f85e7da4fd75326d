import { createContext, useContext, useSyncExternalStore } from "react";
import type { InspectorState, InspectorView } from "./view";

export const ViewContext = createContext<InspectorView | null>(null);

/** What of the inspector is shown, and how to change it. */
export function useInspectorView(): [InspectorState, InspectorView] {
  const view = useContext(ViewContext);
  if (view === null) throw new Error("There is no inspector here.");
  return [useSyncExternalStore(view.subscribe, view.current), view];
}
