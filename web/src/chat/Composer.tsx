import { type FormEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { SendIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";
import type { Draft } from "./state/draft";
import { COMPOSER, hasKeyboard, resumeWriting } from "./focus";

interface Props {
  draft: Draft;
  /** The question has a form of its own; here one writes something else. */
  besideForm: boolean;
  onSend: (text: string) => void;
}

const TALLEST_PX = 180;

/** Where one writes. */
export function Composer({ draft, besideForm, onSend }: Props) {
  const texts = useTexts();
  const text = useSyncExternalStore(draft.subscribe, draft.current);
  const field = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    if (hasKeyboard() && document.activeElement === document.body) resumeWriting();
  }, []);
  useLayoutEffect(() => {
    if (field.current === null) return;
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight, TALLEST_PX)}px`;
  }, [text]);

  const send = () => {
    const message = text.trim();
    if (message === "") return;
    onSend(message);
    draft.write("");
    field.current?.focus({ preventScroll: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      className="composer"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="column">
        <div className="composer-row">
          <textarea
            ref={field}
            id={COMPOSER}
            rows={1}
            dir="auto"
            enterKeyHint="send"
            aria-label={texts.write}
            aria-describedby="composer-keys"
            placeholder={besideForm ? texts.writeElse : texts.writePlaceholder}
            value={text}
            onChange={(event) => draft.write(event.target.value)}
            onKeyDown={onKeyDown}
          />
          <button type="submit" className="primary round" aria-label={texts.send} disabled={text.trim() === ""}>
            <SendIcon />
          </button>
        </div>
        <p id="composer-keys" className="composer-keys">
          {texts.keys}
        </p>
      </div>
    </form>
  );
}
