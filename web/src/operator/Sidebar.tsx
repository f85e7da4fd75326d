import { useState } from "react";
import { APPEARANCES, type Appearance, keep, storedAppearance } from "../common/appearance";
import { Mark } from "../common/Mark";
import { useApprovals } from "./api";
import { addressOf, type Place } from "./places";

/** The way between inbox and approvals. */
export function Sidebar({ place, onSignOut }: { place: Place; onSignOut: () => void }) {
  const pending = useApprovals("pending").data?.length ?? 0;
  const [appearance, setAppearance] = useState(storedAppearance);

  const wear = (chosen: Appearance) => {
    keep(chosen);
    setAppearance(chosen);
  };

  return (
    <header className="sidebar">
      <Mark size={32} />
      <h1 className="visually-hidden">Casewright operator</h1>
      <nav aria-label="Operator">
        <a href={addressOf({ name: "inbox" })} aria-current={place.name !== "approvals" ? "page" : undefined}>
          Inbox
        </a>
        <a href={addressOf({ name: "approvals" })} aria-current={place.name === "approvals" ? "page" : undefined}>
          Approvals
          {pending > 0 && (
            <span className="count">
              {pending}
              <span className="visually-hidden"> pending</span>
            </span>
          )}
        </a>
      </nav>
      <select aria-label="Appearance" value={appearance} onChange={(event) => wear(event.target.value as Appearance)}>
        {APPEARANCES.map((each) => (
          <option key={each} value={each}>
            {{ auto: "As my device", light: "Light", dark: "Dark" }[each]}
          </option>
        ))}
      </select>
      <button type="button" className="quiet small" onClick={onSignOut}>
        Sign out
      </button>
    </header>
  );
}
