import type { Command, Topic, Turn } from "./api";

/* How the inspector puts what the API says in stable words. */

/** `share` (0…1) as a percentage; what is there but tiny is not 0. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return "<1 %";
  return `${Math.round(share * 100)} %`;
}

export function milliseconds(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(2)} s`;
  if (ms < 0.05) return "<0.1 ms";
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

/** `reset_password` → "reset password". */
export function inWords(name: string): string {
  return name.replaceAll("_", " ");
}

export function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
}

/** What a topic is called: its title where it has one. */
export function titleOf(topic: Pick<Topic, "title" | "name">): string {
  return capitalised(topic.title || inWords(topic.name));
}

/** A procedure or topic by its name or id, as the turn's topics call it. */
export function topicTitle(turn: Turn, nameOrId: string): string {
  const topic = turn.topics.find(({ id, name }) => id === nameOrId || name === nameOrId);
  return topic === undefined ? capitalised(inWords(nameOrId)) : titleOf(topic);
}

/** A command as an engineer reads it: `SetSlot · slot: email, value: [EMAIL_1]`. */
export function commandInWords(command: Command): string {
  const { command: name, ...rest } = command;
  const details = Object.entries(rest)
    .filter(([, value]) => value !== null && value !== false && value !== "" && !(Array.isArray(value) && value.length === 0))
    .map(([key, value]) => `${inWords(key)}: ${valueInWords(value)}`);
  return [name, details.join(", ")].filter((piece) => piece !== "").join(" · ");
}

function valueInWords(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  return value.map((each: { label?: string }) => each.label ?? String(each)).join(" / ");
}

/** Whether two commands say the same. */
export function same(one: Command, other: Command): boolean {
  return commandInWords(one) === commandInWords(other);
}

/** The articles that the reply states something from, as often as it does; not those that it only suggests. */
export function articlesCited(turn: Turn): Turn["reply"][number]["sources"] {
  const stated = turn.reply.filter(({ kind }) => kind !== "suggestion");
  return stated.flatMap(({ sources }) => sources.filter(({ type }) => type === "article"));
}
