import type { Texts } from "../../common/texts";
import type { FormField } from "../../conversation/events";
import type { MessageEntry } from "../../conversation/log";

/** What was entered, by slot, as it goes to the server. */
export type Values = Record<string, string>;

export const CODE_DIGITS = 6;

/** Types of value for which the page has more to offer than a line of text. */
const WITH_A_FIELD: ReadonlySet<FormField["type"]> = new Set(["email", "code", "date", "money", "number"]);

/** The fields that a question is best answered in; none where words or a click do. */
export function formOf(question: MessageEntry): FormField[] {
  const [only, ...more] = question.fields;
  if (question.expects?.kind === "confirmation" || question.expects?.kind === "approval" || only === undefined) return [];
  return more.length > 0 || WITH_A_FIELD.has(only.type) ? question.fields : [];
}

export function heldValues(fields: readonly FormField[]): Values {
  return Object.fromEntries(fields.map(({ slot, value }) => [slot, value ?? ""]));
}

/** A value as the customer knows it: an option by its label. */
export function shownValue(field: FormField, value: string): string {
  return field.options.find((option) => option.text === value)?.label ?? value;
}

/** What is to be put right about a value; null if nothing is. The server has the last word. */
export function faultOf(field: FormField, value: string, texts: Texts): string | null {
  const written = value.trim();
  if (written === "") return field.optional ? null : texts.faults.missing;
  const fits = PATTERNS[field.type];
  return fits === undefined || fits.test(written) ? null : (texts.faults[field.type] ?? texts.faults.missing);
}

const PATTERNS: Partial<Record<FormField["type"], RegExp>> = {
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  code: new RegExp(`^\\d{${CODE_DIGITS}}$`),
  case_number: /\d/,
  http_status: /^[1-5]\d\d$/,
  money: /^(\p{Sc}|\p{L}{1,4})?\s?\d[\d.,'’\s]*(\p{Sc}|\p{L}{1,4})?$/u,
  number: /^[-+]?\d[\d.,'’\s]*$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
};

const LEFT_EMPTY = "–";

/** The message that a form becomes: a line for each value that is new, or the value alone where nothing else is asked. */
export function inWords(fields: readonly FormField[], values: Values): string {
  const given = fields.filter(({ slot }) => values[slot] !== undefined);
  const changed = given.filter(({ slot, value }) => values[slot] !== (value ?? ""));
  const told = changed.length > 0 ? changed : given;
  const words = (field: FormField) => shownValue(field, values[field.slot] ?? "") || LEFT_EMPTY;
  if (fields.length === 1) return told.map(words).join();
  return told.map((field) => `${labelOf(field)}: ${words(field)}`).join("\n");
}

/** The values that such a message tells, in order; null if it is a message in words. */
export function readBack(text: string, fields: readonly FormField[]): [label: string, value: string][] | null {
  const found: [string, string][] = [];
  for (const line of text.split("\n")) {
    const label = fields.map(labelOf).find((each) => line.startsWith(`${each}: `));
    const last = found.at(-1);
    if (label !== undefined) found.push([label, line.slice(label.length + 2)]);
    else if (last !== undefined) last[1] += `\n${line}`;
    else return null;
  }
  return found;
}

/** A field may be named by its question: then the mark at its end is left out. */
function labelOf(field: FormField): string {
  return field.label.replace(/[ :.?!]+$/, "");
}
