import { type RefObject, useLayoutEffect } from "react";

/* Where the focus goes when what had it has done its work. */

/** Ids of the two places it may go to. */
export const COMPOSER = "composer";
export const CONVERSATION = "conversation";

/** Back to writing after a click that stood for it; where there is no keyboard, to the conversation, so that none pops up. */
export function resumeWriting(): void {
  document.getElementById(hasKeyboard() ? COMPOSER : CONVERSATION)?.focus({ preventScroll: true });
}

export function hasKeyboard(): boolean {
  return window.matchMedia("(hover: hover) and (pointer: fine)").matches;
}

/** A form that appears is ready to be filled in, unless the customer is busy elsewhere: writing, reading a source. */
export function useTakenFocus(form: RefObject<HTMLFormElement | null>): void {
  useLayoutEffect(() => {
    const composer = document.getElementById(COMPOSER);
    const writing = composer instanceof HTMLTextAreaElement && composer.value !== "";
    const idle = document.activeElement === composer || (document.activeElement === document.body && hasKeyboard());
    if (!idle || writing) return;
    form.current?.querySelector<HTMLElement>("input, textarea, select")?.focus({ preventScroll: true });
  }, [form]);
}
