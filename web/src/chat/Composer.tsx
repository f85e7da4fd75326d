import { type FormEvent, type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { MessageEntry } from "../conversation/log";
import { SendIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";
import type { Memory } from "./memory";

interface Props {
  memory: Memory;
  /** What the conversation waits for. */
  question: MessageEntry | null;
  onSend: (text: string) => void;
}

type Entry = "text" | "email" | "code";
type FieldElement = HTMLTextAreaElement & HTMLInputElement;

const TALLEST_PX = 180;
const FIELD = "composer";

/** Back to writing, after a click that stood for it. */
export function focusComposer(): void {
  document.getElementById(FIELD)?.focus({ preventScroll: true });
}

/** Where one writes. When an address or a code is asked for it becomes the field for that; anything else can still be written. */
export function Composer({ memory, question, onSend }: Props) {
  const texts = useTexts();
  const [text, setText] = useState(memory.current().draft);
  const [freeAnswerTo, setFreeAnswerTo] = useState<string | null>(null);
  const field = useRef<FieldElement>(null);
  const asked = question?.expects?.kind;
  const entry: Entry = (asked === "email" || asked === "code") && freeAnswerTo !== question?.id ? asked : "text";

  const write = (written: string) => {
    setText(written);
    if (entry !== "code") memory.update({ draft: written });
  };
  const send = () => {
    const message = messageOf(text, entry);
    if (message === "") return;
    onSend(message);
    write("");
    focusComposer();
  };

  return (
    <form
      className="composer"
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="column">
        {entry !== "text" && (
          <p className="composer-hint">
            <span>{entry === "code" ? texts.codeHint : texts.writeEmail}</span>
            <button type="button" className="quiet small" onClick={() => setFreeAnswerTo(question?.id ?? null)}>
              {texts.writeElse}
            </button>
          </p>
        )}
        <div className="composer-row">
          <Field entry={entry} text={text} field={field} onWrite={write} onSend={send} />
          <button type="submit" className="primary round" aria-label={texts.send} disabled={text.trim() === ""}>
            <SendIcon />
          </button>
        </div>
        {entry === "text" && (
          <p id="composer-keys" className="composer-keys">
            {texts.keys}
          </p>
        )}
      </div>
    </form>
  );
}

interface FieldProps {
  entry: Entry;
  text: string;
  field: RefObject<FieldElement | null>;
  onWrite: (text: string) => void;
  onSend: () => void;
}

function Field({ entry, text, field, onWrite, onSend }: FieldProps) {
  const texts = useTexts();
  useFieldFocus(field, entry);
  useFieldHeight(field, entry, text);

  const common = {
    id: FIELD,
    ref: field,
    value: text,
    enterKeyHint: "send" as const,
    onChange: (event: { target: { value: string } }) => onWrite(event.target.value),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
      event.preventDefault();
      onSend();
    },
  };
  if (entry === "email") {
    return (
      <input
        {...common}
        type="email"
        inputMode="email"
        autoComplete="email"
        spellCheck={false}
        aria-label={texts.writeEmail}
        placeholder="name@example.com"
      />
    );
  }
  if (entry === "code") {
    return (
      <input
        {...common}
        className="code-entry"
        type="text"
        inputMode="numeric"
        autoComplete="one-time-code"
        aria-label={texts.writeCode}
        placeholder="123456"
      />
    );
  }
  return (
    <textarea
      {...common}
      rows={1}
      dir="auto"
      aria-label={texts.write}
      aria-describedby="composer-keys"
      placeholder={texts.writePlaceholder}
    />
  );
}

/** Ready to be written in at once where there is a keyboard, and still so when the field changes under the writer. */
function useFieldFocus(field: RefObject<FieldElement | null>, entry: Entry): void {
  useEffect(() => {
    if (window.matchMedia("(hover: hover) and (pointer: fine)").matches) focusComposer();
  }, []);

  const wasFocused = useRef(false);
  useLayoutEffect(() => {
    if (wasFocused.current) focusComposer();
    const element = field.current;
    const note = () => (wasFocused.current = document.activeElement === element);
    document.addEventListener("focusin", note);
    note();
    return () => document.removeEventListener("focusin", note);
  }, [entry, field]);
}

function useFieldHeight(field: RefObject<FieldElement | null>, entry: Entry, text: string): void {
  useLayoutEffect(() => {
    if (entry !== "text" || field.current === null) return;
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight, TALLEST_PX)}px`;
  }, [text, entry, field]);
}

/** A code is its digits, however they were grouped. */
function messageOf(text: string, entry: Entry): string {
  const digits = text.replace(/\s/g, "");
  return entry === "code" && /^\d+$/.test(digits) ? digits : text.trim();
}
