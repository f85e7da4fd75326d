import { Listeners } from "../common/listeners";
import { readStored, store } from "../common/storage";

export type SectionName =
  | "stages"
  | "masked"
  | "understood"
  | "decided"
  | "topics"
  | "state"
  | "mood"
  | "sources"
  | "actions"
  | "checks"
  | "recovery"
  | "technical";

export interface InspectorState {
  shown: boolean;
  /** The turn that is looked at; null follows the newest. */
  chosen: string | null;
  open: ReadonlySet<SectionName>;
  /** What the eye is led to. */
  spotlight: SectionName | null;
}

/** Where there is room beside the conversation it is shown unasked. */
export function hasRoom(): boolean {
  return window.matchMedia("(width > 900px)").matches;
}

const OPEN_AT_FIRST: readonly SectionName[] = ["stages", "understood", "topics", "sources", "actions"];

/** What of the inspector is shown. Whether it is shown at all is remembered under a name. */
export class InspectorView {
  readonly #name: string;
  readonly #listeners = new Listeners();
  #state: InspectorState;
  /** Whether it is shown where nothing else is led to. */
  #wanted: boolean;

  constructor(name: string) {
    this.#name = name;
    const stored = readStored(name);
    this.#wanted = stored === null ? hasRoom() : stored === "shown";
    this.#state = { shown: this.#wanted, chosen: null, open: new Set(OPEN_AT_FIRST), spotlight: null };
  }

  readonly subscribe = (listener: () => void) => this.#listeners.add(listener);

  readonly current = (): InspectorState => this.#state;

  show(shown: boolean): void {
    store(this.#name, shown ? "shown" : "hidden");
    this.#wanted = shown;
    this.#change({ shown, spotlight: null });
  }

  choose(turnId: string | null): void {
    this.#change({ chosen: turnId, spotlight: null });
  }

  toggle(section: SectionName, open: boolean): void {
    if (this.#state.open.has(section) === open) return;
    const sections = new Set(this.#state.open);
    if (open) sections.add(section);
    else sections.delete(section);
    this.#change({ open: sections });
  }

  /** Shows the newest turn, open at a section; null leads the eye away again. */
  lead(section: SectionName | null): void {
    if (section === null) this.#change({ shown: this.#wanted, spotlight: null });
    else this.#change({ shown: true, chosen: null, spotlight: section, open: new Set([...this.#state.open, section]) });
  }

  #change(change: Partial<InspectorState>): void {
    this.#state = { ...this.#state, ...change };
    this.#listeners.notify();
  }
}
