import { type FormEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { MessageEntry } from "../conversation/log";
import { SendIcon } from "../shared/icons";
import { useTexts } from "../shared/TextsContext";
import type { Memory } from "./memory";

interface Props {
  memory: Memory;
  /** What the conversation waits for. */
  question: MessageEntry | null;
  onSend: (text: string) => void;
}

type Entry = "text" | "email" | "code";

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
  const field = useRef<HTMLTextAreaElement & HTMLInputElement>(null);
  const wasFocused = useRef(false);
  const asked = question?.expects?.kind;
  const entry: Entry = (asked === "email" || asked === "code") && freeAnswerTo !== question?.id ? asked : "text";

  useEffect(() => {
    if (window.matchMedia("(hover: hover) and (pointer: fine)").matches) field.current?.focus({ preventScroll: true });
  }, []);

  useLayoutEffect(() => {
    if (wasFocused.current) field.current?.focus({ preventScroll: true });
  }, [entry]);

  useLayoutEffect(() => {
    if (entry !== "text" || field.current === null) return;
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight, TALLEST_PX)}px`;
  }, [text, entry]);

  const write = (written: string) => {
    setText(written);
    if (entry !== "code") memory.update({ draft: written });
  };
  const send = () => {
    const digits = text.replace(/\s/g, "");
    const message = entry === "code" && /^\d+$/.test(digits) ? digits : text.trim();
    if (message === "") return;
    onSend(message);
    write("");
    field.current?.focus({ preventScroll: true });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  const common = {
    id: FIELD,
    ref: field,
    value: text,
    onKeyDown,
    onChange: (event: { target: { value: string } }) => write(event.target.value),
    onFocus: () => (wasFocused.current = true),
    onBlur: () => (wasFocused.current = document.activeElement === document.body),
  };

  return (
    <form className="composer" onSubmit={submit} noValidate>
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
          {entry === "text" && (
            <textarea
              {...common}
              rows={1}
              dir="auto"
              aria-label={texts.write}
              aria-describedby="composer-keys"
              placeholder={texts.writePlaceholder}
              enterKeyHint="send"
            />
          )}
          {entry === "email" && (
            <input
              {...common}
              type="email"
              inputMode="email"
              autoComplete="email"
              spellCheck={false}
              aria-label={texts.writeEmail}
              placeholder="name@example.com"
              enterKeyHint="send"
            />
          )}
          {entry === "code" && (
            <input
              {...common}
              className="code-entry"
              type="text"
              inputMode="numeric"
              autoComplete="one-time-code"
              aria-label={texts.writeCode}
              placeholder="123456"
              enterKeyHint="send"
            />
          )}
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
