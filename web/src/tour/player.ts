import { Listeners } from "../common/listeners";
import { messagesIn } from "../conversation/log";
import type { Turn } from "../inspector/api";
import { hasRoom, type InspectorView } from "../inspector/view";
import type { ChatSession } from "../chat/state/session";
import { choose, fillInForm } from "./hands";
import { type Caption, type Deed, type Scene, SCENES } from "./script";

/** In which the scenes are written. */
const SPOKEN = "en";

const PER_CHARACTER_MS = 18;
const BEFORE_SENDING_MS = 300;
const TITLE_MS = 1_400;
const GLANCE_MS = 500;
const TICK_MS = 40;

/** What became of a scene: it went as told, or otherwise. */
export type Outcome = "as told" | "otherwise";

export interface TourState {
  /** `visitor`: paused, since somebody writes. `over`: after the last scene. */
  phase: "playing" | "paused" | "visitor" | "over";
  scene: number;
  caption: Caption | null;
  speed: number;
  outcomes: readonly (Outcome | null)[];
  /** The last scene's conversation waits for the operator. */
  operatorLink: boolean;
}

/** What the tour needs of the page. */
export interface Stage {
  session: ChatSession;
  view: InspectorView;
  /** Of the page: that of the visitor's own conversations. */
  language: string;
  /** The turn of a reply, as soon as it is finished. */
  turnOf(replyId: string, signal: AbortSignal): Promise<Turn>;
  /** The one-time code in the newest mail to an address. Throws if there is none. */
  codeMailedTo(address: string): Promise<string>;
}

/** Plays the scenes in the real chat: writes as a customer would, waits for the reply, leads the eye. */
export class Player {
  readonly #stage: Stage;
  readonly #listeners = new Listeners();
  readonly #animated: boolean;
  #state: TourState;
  #scene = new AbortController();
  /** The draft as the tour wrote it; what differs from it was typed by somebody else. */
  #typed = "";
  /** The customer's messages in this scene that the tour wrote. */
  #written = 0;
  #conversation: string | null = null;
  /** The rest of this step is not waited for. */
  #hurried = false;
  /** Play on to the end of the step, then pause. */
  #single = false;

  constructor(stage: Stage, speed: number) {
    this.#stage = stage;
    this.#animated = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#state = { phase: "playing", scene: 0, caption: null, speed, outcomes: SCENES.map(() => null), operatorLink: false };
  }

  readonly subscribe = (listener: () => void) => this.#listeners.add(listener);

  readonly current = (): TourState => this.#state;

  /** Plays until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { session, view } = this.#stage;
    if (hasRoom()) view.show(true);
    const forget = [session.draft.subscribe(() => this.#watch()), session.subscribe(() => this.#watch())];
    while (!signal.aborted) {
      this.#scene = new AbortController();
      const ending = AbortSignal.any([signal, this.#scene.signal]);
      try {
        if (this.#state.phase === "over") await this.#idle(ending);
        else await this.#play(this.#state.scene, ending);
      } catch (error) {
        if (!ending.aborted) await this.#otherwise(error, ending);
      }
    }
    forget.forEach((unsubscribe) => unsubscribe());
    view.lead(null);
    session.speak(this.#stage.language);
  }

  pause(): void {
    if (this.#state.phase === "playing") this.#change({ phase: "paused" });
  }

  /** Goes on; where somebody has written in between, with this scene from its beginning. */
  play(): void {
    if (this.#state.phase === "over") return this.restart();
    if (this.#strayed()) return this.#go(this.#state.scene);
    this.#typed = this.#stage.session.draft.current();
    this.#change({ phase: "playing" });
  }

  /** On to the next step, and then no further if the tour was paused. */
  step(): void {
    if (this.#state.phase === "over") return;
    this.#single = this.#state.phase !== "playing";
    this.#hurried = this.#state.phase === "playing";
    this.play();
  }

  skip(): void {
    this.#on(this.#state.scene + 1);
    this.#scene.abort();
  }

  restart(): void {
    this.#change({ outcomes: SCENES.map(() => null) });
    this.#go(0);
  }

  setSpeed(speed: number): void {
    this.#change({ speed });
  }

  #go(scene: number): void {
    this.#change({ scene, phase: "playing" });
    this.#scene.abort();
  }

  /** To a scene, or to the end. */
  #on(scene: number): void {
    this.#change(scene < SCENES.length ? { scene, phase: "playing" } : { phase: "over" });
  }

  async #play(index: number, signal: AbortSignal): Promise<void> {
    const scene = SCENES[index] as Scene;
    this.#begin(scene);
    const turns: Turn[] = [];
    await this.#wait(TITLE_MS, signal);
    for (const step of scene.steps) {
      this.#hurried = false;
      await this.#say(step.before, signal);
      this.#stage.view.lead(null);
      turns.push(await this.#take(step.deed, signal));
      this.#stage.view.lead(step.look);
      await this.#say(step.after, signal);
      if (this.#single) this.#rest();
    }
    const asTold = scene.asTold(turns);
    const caption = asTold ? scene.end : OTHERWISE;
    this.#end(asTold, caption, asTold && scene.operatorLink === true);
    await this.#say(caption, signal);
    this.#on(index + 1);
  }

  /** In a conversation of its own. */
  #begin(scene: Scene): void {
    const { session, view } = this.#stage;
    this.#conversation = null;
    this.#written = 0;
    this.#typed = session.draft.current();
    session.speak(SPOKEN);
    session.startOver("nothing");
    this.#show("");
    view.lead(null);
    view.choose(null);
    this.#change({ caption: scene.title, operatorLink: false });
  }

  #end(asTold: boolean, caption: Caption, operatorLink: boolean): void {
    const outcomes = this.#state.outcomes.with(this.#state.scene, asTold ? "as told" : "otherwise");
    this.#change({ caption, operatorLink, outcomes });
  }

  async #otherwise(error: unknown, signal: AbortSignal): Promise<void> {
    console.warn("The tour could not play this to its end.", error);
    this.#end(false, OTHERWISE, false);
    try {
      await this.#say(OTHERWISE, signal);
      this.#on(this.#state.scene + 1);
    } catch {
      // Skipped or ended meanwhile.
    }
  }

  #rest(): void {
    this.#single = false;
    this.#change({ phase: "paused" });
  }

  /** For as long as it takes to read; a glance where there is nothing to say. */
  async #say(caption: Caption | undefined, signal: AbortSignal): Promise<void> {
    if (caption !== undefined) this.#change({ caption });
    await this.#wait(caption === undefined ? GLANCE_MS : readingTimeOf(caption), signal);
  }

  /** Does what the customer does in a step; the turn that answers it. */
  async #take(deed: Deed, signal: AbortSignal): Promise<Turn> {
    if ("write" in deed) await this.#write(deed.write, signal);
    else if ("choose" in deed) await this.#choose(deed.choose, signal);
    else if ("fillIn" in deed) await this.#fillIn(deed.fillIn, signal);
    else await this.#fillIn({ [deed.slot]: await this.#stage.codeMailedTo(deed.codeMailedTo) }, signal);
    return this.#stage.turnOf(await this.#reply(signal), signal);
  }

  async #write(text: string, signal: AbortSignal): Promise<void> {
    await this.#type(text, (shown) => this.#show(shown), signal);
    this.#send(text);
    this.#show("");
  }

  async #choose(label: string, signal: AbortSignal): Promise<void> {
    await this.#wait(BEFORE_SENDING_MS, signal);
    if (!(await choose(label, this.#sending))) this.#send(label);
  }

  async #fillIn(values: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    const typed = (text: string, show: (shown: string) => void) => this.#type(text, show, signal);
    if (!(await fillInForm(values, typed, this.#sending))) await this.#write(Object.values(values).join(", "), signal);
  }

  async #type(text: string, show: (shown: string) => void, signal: AbortSignal): Promise<void> {
    if (this.#animated) {
      for (let end = 1; end < text.length; end += 1) {
        show(text.slice(0, end));
        await this.#wait(PER_CHARACTER_MS, signal);
      }
    }
    show(text);
    await this.#wait(BEFORE_SENDING_MS, signal);
  }

  #send(text: string): void {
    this.#sending();
    this.#stage.session.send(text);
  }

  readonly #sending = (): void => {
    this.#written += 1;
  };

  #show(draft: string): void {
    this.#typed = draft;
    this.#stage.session.draft.write(draft);
  }

  /** The id of the agent's complete reply to the customer's last message. */
  async #reply(signal: AbortSignal): Promise<string> {
    for (;;) {
      const { log, outgoing, current } = this.#stage.session.current();
      this.#conversation = current;
      const messages = messagesIn(log);
      const asked = messages.findLastIndex(({ from }) => from === "customer");
      const reply = messages.findLast(({ from, complete }, index) => index > asked && from === "agent" && complete);
      if (outgoing.length === 0 && this.#count() >= this.#written && reply !== undefined) return reply.id;
      await tick(TICK_MS, signal);
    }
  }

  /** Waits while the tour plays, the less the faster it does. */
  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    for (let left = ms; left > 0; ) {
      signal.throwIfAborted();
      const { phase, speed } = this.#state;
      if (phase === "playing" && this.#hurried) return;
      const pause = phase === "playing" ? Math.min(TICK_MS, left / speed) : TICK_MS;
      await tick(pause, signal);
      if (phase === "playing") left -= pause * speed;
    }
    while (this.#state.phase !== "playing") await tick(TICK_MS, signal);
  }

  async #idle(signal: AbortSignal): Promise<void> {
    for (;;) await tick(TICK_MS, signal);
  }

  /** Somebody else writes, or has turned to another conversation: they have the page to themselves. */
  #watch(): void {
    if (this.#state.phase !== "playing") return;
    if (this.#stage.session.draft.current() !== this.#typed || this.#strayed()) this.#change({ phase: "visitor" });
  }

  #strayed(): boolean {
    const { current } = this.#stage.session.current();
    return this.#count() > this.#written || (this.#conversation !== null && current !== this.#conversation);
  }

  #count(): number {
    const { log, outgoing } = this.#stage.session.current();
    return messagesIn(log).filter(({ from }) => from === "customer").length + outgoing.length;
  }

  #change(change: Partial<TourState>): void {
    this.#state = { ...this.#state, ...change };
    this.#listeners.notify();
  }
}

const OTHERWISE: Caption = {
  en: "This went otherwise than told. The inspector shows why.",
  de: "Das lief anders als erzählt. Der Inspektor zeigt, warum.",
};

function readingTimeOf({ en }: Caption): number {
  return 700 + 24 * en.length;
}

/** Throws when `signal` aborts. */
function tick(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = () => {
      window.clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = window.setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal.addEventListener("abort", abort, { once: true });
  });
}
