import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { PersonIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";
import type { ChatSession } from "./state/session";

/** After "did not help": a word on why, or a person. */
export function WhatWasMissing({ messageId, session }: { messageId: string; session: ChatSession }) {
  const texts = useTexts();
  const id = useId();
  const [word, setWord] = useState("");
  const [state, setState] = useState<"idle" | "sending" | "sent" | "failed">("idle");
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => form.current?.scrollIntoView({ block: "nearest" }), []);

  const attempt = async (action: () => Promise<void>) => {
    setState("sending");
    try {
      await action();
      setState("sent");
    } catch {
      setState("failed");
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (word.trim() !== "") void attempt(() => session.judge(messageId, false, word.trim()));
  };

  if (state === "sent") {
    return (
      <p className="tools-word" role="status">
        {texts.missingThanks}
      </p>
    );
  }
  return (
    <form ref={form} className="answer-card" onSubmit={submit}>
      <div className="field">
        <label htmlFor={id}>{texts.missingTitle}</label>
        <textarea id={id} rows={2} dir="auto" autoFocus value={word} onChange={(event) => setWord(event.target.value)} />
      </div>
      <div className="form-buttons">
        <button type="submit" className="primary" disabled={state === "sending" || word.trim() === ""}>
          {texts.send}
        </button>
        <button type="button" className="outlined" disabled={state === "sending"} onClick={() => void attempt(() => session.askForPerson())}>
          <PersonIcon size={18} />
          {texts.talkToPerson}
        </button>
      </div>
      {state === "failed" && (
        <p className="fault" role="alert">
          {texts.failedAction}
        </p>
      )}
    </form>
  );
}
