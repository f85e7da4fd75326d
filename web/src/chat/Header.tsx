import { useState } from "react";
import { type ConversationLog, messagesIn } from "../conversation/log";
import { PersonIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";
import type { Texts } from "../common/texts";
import { Avatar } from "./Avatar";
import { Menu, type MenuProps } from "./Menu";
import { useSite } from "./site";

interface Props extends MenuProps {
  log: ConversationLog;
  /** Throws when it fails; null where it cannot be asked. */
  onAskForPerson: (() => Promise<void>) | null;
}

/** Whom one is talking with, and what one can do besides talking. */
export function Header({ log, onAskForPerson, ...menu }: Props) {
  const texts = useTexts();
  const site = useSite();
  return (
    <header className="chat-header">
      <Avatar size={40} />
      <div className="chat-title">
        <h1 dir="auto">{site.name}</h1>
        <p className="status" dir="auto">
          {statusOf(log, site.agentName, texts)}
        </p>
      </div>
      {onAskForPerson !== null && <PersonButton onAsk={onAskForPerson} />}
      <Menu {...menu} />
    </header>
  );
}

function statusOf(log: ConversationLog, agentName: string, texts: Texts): string {
  if (log.closed !== null) return texts.statusClosed;
  if (log.mode === "agent") return texts.statusAssistant(agentName);
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
      <button type="button" className="quiet person-button" disabled={state === "asking"} onClick={() => void ask()}>
        <PersonIcon size={18} />
        <span className="words">{state === "asking" ? texts.asking : texts.talkToPerson}</span>
      </button>
      {state === "failed" && (
        <p className="toast" role="alert">
          {texts.failedAction}
        </p>
      )}
    </>
  );
}
