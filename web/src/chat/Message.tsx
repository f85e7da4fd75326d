import type { ReactNode } from "react";
import type { FormField } from "../conversation/events";
import type { MessageEntry } from "../conversation/log";
import { MessageBody } from "../conversation/MessageBody";
import type { QuotedSource } from "../conversation/sources";
import { WrittenText } from "../conversation/WrittenText";
import { PersonIcon } from "../common/icons";
import { useLanguage, useTexts } from "../common/TextsContext";
import { localeFor } from "../common/texts";
import { Avatar } from "./Avatar";
import { readBack } from "./forms/values";
import { PairList } from "./PairList";
import { useSite } from "./site";

interface Props {
  entry: MessageEntry;
  /** Whether somebody else spoke before. */
  first: boolean;
  /** What the message may answer. */
  asked: readonly FormField[];
  onOpenSource: (opened: QuotedSource) => void;
  children: ReactNode;
}

/** One message, with who wrote it when. */
export function Message({ entry, first, asked, onOpenSource, children }: Props) {
  const texts = useTexts();
  const { agentName } = useSite();
  const speaker = { customer: texts.you, agent: agentName || texts.assistant, operator: texts.person }[entry.from];
  return (
    <article className={`message ${entry.from}${first ? " first" : ""}`} aria-label={speaker} aria-busy={!entry.complete}>
      {first && (
        <header className="message-header">
          {entry.from === "agent" && <Avatar size={24} />}
          {entry.from === "operator" && (
            <span className="avatar">
              <PersonIcon size={15} />
            </span>
          )}
          <span className="speaker" dir="auto">
            {speaker}
          </span>
          <Clock at={entry.at} />
        </header>
      )}
      <div className="bubble">
        {entry.from === "customer" ? (
          <CustomerText text={entry.text} asked={asked} />
        ) : (
          <MessageBody parts={entry.parts} underway={!entry.complete} onOpenSource={onOpenSource} />
        )}
      </div>
      {children}
    </article>
  );
}

/** What the customer wrote, or filled in. */
export function CustomerText({ text, asked }: { text: string; asked: readonly FormField[] }) {
  const pairs = asked.length > 1 ? readBack(text, asked) : null;
  return pairs === null ? <WrittenText text={text} /> : <PairList pairs={pairs} />;
}

function Clock({ at }: { at: string }) {
  const locale = localeFor(useLanguage());
  const moment = new Date(at);
  return <time dateTime={at}>{new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(moment)}</time>;
}
