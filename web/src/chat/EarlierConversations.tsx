import { useEffect, useRef, useState } from "react";
import { BackIcon, TrashIcon } from "../common/icons";
import { useLanguage, useTexts } from "../common/TextsContext";
import { localeFor } from "../common/texts";
import { EarlierConversation } from "./EarlierConversation";
import { QuestionDialog } from "./QuestionDialog";
import type { RememberedConversation } from "./state/memory";
import type { ChatSession, ChatState } from "./state/session";

interface Props {
  session: ChatSession;
  state: Pick<ChatState, "conversations" | "current">;
  /** Back to the conversation that is written in. */
  onConverse: () => void;
}

/** This browser's conversations, to be read, gone on with, or forgotten. */
export function EarlierConversations({ session, state, onConverse }: Props) {
  const texts = useTexts();
  const [read, setRead] = useState<string | null>(null);
  const [sure, setSure] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const { conversations, current } = state;
  const chosen = conversations.find(({ key }) => key === read);

  useEffect(() => {
    if (chosen === undefined) heading.current?.focus();
  }, [chosen]);

  const goOnWith = (key: string) => {
    session.memory.turnTo(key);
    onConverse();
  };
  const open = ({ key, access }: RememberedConversation) => {
    if (key === current || access === null) goOnWith(key);
    else setRead(key);
  };

  if (chosen !== undefined && chosen.access !== null) {
    return (
      <EarlierConversation
        session={session}
        conversation={chosen}
        access={chosen.access}
        onBack={() => setRead(null)}
        onGoOn={() => goOnWith(chosen.key)}
      />
    );
  }
  return (
    <main>
      <div className="place-bar">
        <button type="button" className="quiet round" aria-label={texts.back} onClick={onConverse}>
          <BackIcon />
        </button>
        <h2 ref={heading} tabIndex={-1}>
          {texts.earlier}
        </h2>
      </div>
      <div className="scroller">
        <div className="column">
          <p className="faint">{conversations.length === 0 ? texts.earlierNone : texts.earlierText}</p>
          <ul className="earlier">
            {conversations.map((conversation) => (
              <Row
                key={conversation.key}
                conversation={conversation}
                isCurrent={conversation.key === current}
                onOpen={() => open(conversation)}
                onForget={() => {
                  session.memory.forget(conversation.key);
                  heading.current?.focus();
                }}
              />
            ))}
          </ul>
          {conversations.length > 0 && (
            <button type="button" className="quiet" onClick={() => setSure(true)}>
              <TrashIcon size={18} />
              {texts.forgetAll}
            </button>
          )}
        </div>
      </div>
      <QuestionDialog
        open={sure}
        title={texts.forgetAllSure}
        text={texts.forgetAllText}
        confirm={texts.forgetAll}
        onCancel={() => setSure(false)}
        onConfirm={() => {
          setSure(false);
          session.memory.forgetAll();
          heading.current?.focus();
        }}
      />
    </main>
  );
}

interface RowProps {
  conversation: RememberedConversation;
  isCurrent: boolean;
  onOpen: () => void;
  onForget: () => void;
}

function Row({ conversation, isCurrent, onOpen, onForget }: RowProps) {
  const texts = useTexts();
  const moment = new Intl.DateTimeFormat(localeFor(useLanguage()), { dateStyle: "medium", timeStyle: "short" });
  const firstLine = conversation.firstLine || conversation.outbox[0]?.text || texts.earlierNoWords;
  return (
    <li>
      <button type="button" className="earlier-open" onClick={onOpen}>
        <span className="earlier-line" dir="auto">
          {firstLine}
        </span>
        <span className="earlier-facts">
          {moment.format(new Date(conversation.startedAt))} · {texts.earlierStates[conversation.state]}
          {isCurrent && ` · ${texts.earlierCurrent}`}
        </span>
      </button>
      <button type="button" className="quiet round" aria-label={texts.forget(firstLine)} onClick={onForget}>
        <TrashIcon size={18} />
      </button>
    </li>
  );
}
