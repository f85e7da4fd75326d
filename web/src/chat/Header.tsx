import { useState } from "react";
import { type ConversationLog, messagesIn } from "../conversation/log";
import { APPEARANCES, type Appearance, keep, storedAppearance } from "../common/appearance";
import { MenuIcon, PersonIcon } from "../common/icons";
import { Mark } from "../common/Mark";
import { useLanguage, useTexts } from "../common/TextsContext";
import { isLanguage, type Language, LANGUAGE_NAMES, type Texts } from "../common/texts";
import type { Site } from "./useSite";

interface Props {
  site: Site;
  log: ConversationLog;
  onLanguage: (language: Language) => void;
  onNewConversation: () => void;
  /** Throws when it fails; null where it cannot be asked. */
  onAskForPerson: (() => Promise<void>) | null;
}

/** Whom one is talking with, and what one can do besides talking. */
export function Header({ site, log, onLanguage, onNewConversation, onAskForPerson }: Props) {
  const texts = useTexts();
  return (
    <header className="chat-header">
      <Mark size={36} />
      <div className="chat-title">
        <h1 dir="auto">{site.name}</h1>
        <p className={`status ${log.closed === null ? log.mode : "closed"}`}>{statusOf(log, texts)}</p>
      </div>
      {onAskForPerson !== null && <PersonButton onAsk={onAskForPerson} />}
      <Menu site={site} onLanguage={onLanguage} onNewConversation={onNewConversation} />
    </header>
  );
}

function statusOf(log: ConversationLog, texts: Texts): string {
  if (log.closed !== null) return texts.statusClosed;
  if (log.mode === "agent") return texts.statusAssistant;
  const mode = log.entries.findLast((entry) => entry.kind === "mode");
  const answered = messagesIn(log).some((message) => message.from === "operator" && message.sequence > (mode?.sequence ?? 0));
  return answered || mode?.reason === "operator" ? texts.statusPerson : texts.statusWaiting;
}

function PersonButton({ onAsk }: { onAsk: () => Promise<void> }) {
  const texts = useTexts();
  const [state, setState] = useState<"idle" | "asking" | "failed">("idle");

  const ask = async () => {
    setState("asking");
    try {
      await onAsk();
      setState("idle");
    } catch {
      setState("failed");
    }
  };

  return (
    <>
      <button type="button" className="outlined person-button" disabled={state === "asking"} onClick={() => void ask()}>
        <PersonIcon size={18} />
        <span className="wide-only">{state === "asking" ? texts.asking : texts.talkToPerson}</span>
      </button>
      {state === "failed" && (
        <p className="toast" role="alert">
          {texts.failedAction}
        </p>
      )}
    </>
  );
}

function Menu({ site, onLanguage, onNewConversation }: Pick<Props, "site" | "onLanguage" | "onNewConversation">) {
  const texts = useTexts();
  const language = useLanguage();
  const [appearance, setAppearance] = useState(storedAppearance);
  const languages = site.languages.filter(isLanguage);

  const wear = (chosen: Appearance) => {
    keep(chosen);
    setAppearance(chosen);
  };

  return (
    <>
      <button type="button" className="quiet round" aria-label={texts.menu} popoverTarget="chat-menu">
        <MenuIcon />
      </button>
      <div id="chat-menu" className="menu" popover="auto">
        <button
          type="button"
          className="quiet"
          popoverTarget="chat-menu"
          popoverTargetAction="hide"
          onClick={onNewConversation}
        >
          {texts.newConversation}
        </button>
        {languages.length > 1 && (
          <Choice
            title={texts.language}
            options={languages.map((each) => [each, LANGUAGE_NAMES[each]])}
            chosen={language}
            onChoose={onLanguage}
          />
        )}
        <Choice
          title={texts.appearance}
          options={APPEARANCES.map((each) => [each, texts.appearances[each]])}
          chosen={appearance}
          onChoose={wear}
        />
      </div>
    </>
  );
}

interface ChoiceProps<Value extends string> {
  title: string;
  options: [Value, string][];
  chosen: Value;
  onChoose: (value: Value) => void;
}

function Choice<Value extends string>({ title, options, chosen, onChoose }: ChoiceProps<Value>) {
  return (
    <fieldset className="choice">
      <legend>{title}</legend>
      {options.map(([value, label]) => (
        <label key={value}>
          <input type="radio" name={title} checked={value === chosen} onChange={() => onChoose(value)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
