/* The tour's hands: they use the chat page's own fields and buttons, as a customer's would. */

const OPEN_FORM = ".chat form.answer-card";
const ANSWERS = ".chat .quick-replies button";
const LONGEST_WAIT_MS = 3_000;
const LOOK_AGAIN_MS = 30;

/** Enters values by slot into the open form, by typing them, and submits it after `before`. False if there is no such form. */
export async function fillInForm(
  values: Readonly<Record<string, string>>,
  typed: (text: string, show: (shown: string) => void) => Promise<void>,
  before: () => void,
): Promise<boolean> {
  const slots = Object.keys(values);
  const form = await appeared(() => {
    const open = document.querySelector<HTMLFormElement>(OPEN_FORM);
    return open !== null && slots.every((slot) => fieldFor(open, slot) !== null) ? open : null;
  });
  if (form === null) return false;
  for (const slot of slots) {
    const field = fieldFor(form, slot);
    const value = values[slot] ?? "";
    if (field?.type === "radio") option(form, field.name, value)?.click();
    await typed(value, (shown) => field !== null && field.type !== "radio" && enter(field, shown));
  }
  before();
  form.requestSubmit();
  return true;
}

/** Clicks an answer that is offered, after `before`. False if it is not. */
export async function choose(label: string, before: () => void): Promise<boolean> {
  const offered = await appeared(
    () => [...document.querySelectorAll<HTMLButtonElement>(ANSWERS)].find((button) => button.textContent === label) ?? null,
  );
  if (offered === null) return false;
  before();
  offered.click();
  return true;
}

/** A reply is there a moment before what it may be answered with. */
async function appeared<Found>(look: () => Found | null): Promise<Found | null> {
  for (let waited = 0; waited < LONGEST_WAIT_MS; waited += LOOK_AGAIN_MS) {
    const found = look();
    if (found !== null) return found;
    await new Promise((resolve) => window.setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return null;
}

function fieldFor(form: HTMLFormElement, slot: string): HTMLInputElement | null {
  return form.querySelector(`[id$="-${CSS.escape(slot)}"]`);
}

function option(form: HTMLFormElement, name: string, label: string): HTMLElement | undefined {
  const radios = form.querySelectorAll<HTMLInputElement>(`input[name="${CSS.escape(name)}"]`);
  return [...radios].find((radio) => radio.closest("label")?.textContent === label);
}

/** As typing does it: React listens to the event and reads the value that the element itself holds. */
function enter(field: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, "value")?.set?.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
