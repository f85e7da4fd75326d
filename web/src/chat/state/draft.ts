import { Listeners } from "../../common/listeners";
import { readStored, store } from "../../common/storage";

/** What is being written and not sent yet; survives a reload. Whoever changes it types into the page. */
export class Draft {
  readonly #name: string;
  readonly #listeners = new Listeners();
  #text: string;

  constructor(publishableKey: string) {
    this.#name = `casewright.draft.${publishableKey}`;
    this.#text = readStored(this.#name) ?? "";
  }

  readonly subscribe = (listener: () => void) => this.#listeners.add(listener);

  readonly current = (): string => this.#text;

  write(text: string): void {
    this.#text = text;
    store(this.#name, text);
    this.#listeners.notify();
  }
}
