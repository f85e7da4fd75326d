import { useState } from "react";
import { openQuestion } from "../conversation/log";
import type { QuotedSource } from "../conversation/sources";
import { SourcePanel } from "../conversation/SourcePanel";
import { useLanguage, useTexts } from "../common/TextsContext";
import { Answers } from "./Answers";
import { Banner } from "./Banner";
import { Closing } from "./Closing";
import { Composer } from "./Composer";
import { CONVERSATION, resumeWriting } from "./focus";
import { formOf } from "./forms/values";
import { Lost } from "./Lost";
import { MessageList } from "./MessageList";
import { Pending } from "./Pending";
import { useFollowedEnd } from "./scrolling";
import { useSite } from "./site";
import type { ChatSession, ChatState } from "./state/session";
import { download } from "./transcript";
import { TypingDots } from "./TypingDots";
import { Welcome } from "./Welcome";

interface Props {
  state: ChatState;
  session: ChatSession;
  /** Null where there are none. */
  onEarlier: (() => void) | null;
}

/** The conversation that goes on: what was said, what is asked, where one writes. */
export function Conversation({ state, session, onEarlier }: Props) {
  const texts = useTexts();
  const language = useLanguage();
  const site = useSite();
  const [openedSource, setOpenedSource] = useState<QuotedSource | null>(null);
  const { log, outgoing } = state;
  const end = useFollowedEnd(log, outgoing);
  const question = log.closed === null && outgoing.length === 0 ? openQuestion(log) : null;
  const lost = state.connection?.state === "refused";

  const send = (text: string) => {
    session.send(text);
    end.follow();
  };

  return (
    <main>
      <Banner connection={state.connection} delay={state.delay} hasOutgoing={outgoing.length > 0} />
      <div id={CONVERSATION} className="scroller" ref={end.scroller} tabIndex={0} role="region" aria-label={texts.log}>
        <div className="column" ref={end.content}>
          {!state.begun && (
            <Welcome
              onEarlier={onEarlier}
              onAsk={(text) => {
                send(text);
                resumeWriting();
              }}
            />
          )}
          <MessageList state={state} session={session} onOpenSource={setOpenedSource} />
          <TypingDots from={log.typing} />
          {log.queue !== null && log.mode === "human" && <Pending words={texts.queue(log.queue.position)} />}
          {question !== null && <Answers key={question.id} question={question} session={session} />}
          {lost && <Lost onStartOver={() => session.startOver("undelivered")} />}
          {log.closed !== null && (
            <Closing
              closed={log.closed}
              rated={state.rated}
              onRate={(rating) => session.rate(rating)}
              onDownload={() => download(log, site, language)}
              onNewConversation={() => {
                session.startOver("nothing");
                resumeWriting();
              }}
            />
          )}
        </div>
      </div>
      {end.newBelow && (
        <button type="button" className="to-end" onClick={end.follow}>
          {texts.newMessages}
        </button>
      )}
      {!lost && <Composer draft={session.draft} besideForm={question !== null && formOf(question).length > 0} onSend={send} />}
      <SourcePanel opened={openedSource} onClose={() => setOpenedSource(null)} />
    </main>
  );
}
