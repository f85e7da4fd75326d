import { useEffect, useState, useSyncExternalStore } from "react";
import { messagesIn } from "../conversation/log";
import { useLanguage, useTexts } from "../common/TextsContext";
import type { Language } from "../common/texts";
import { Announcer } from "./Announcer";
import { Conversation } from "./Conversation";
import { EarlierConversations } from "./EarlierConversations";
import { resumeWriting } from "./focus";
import { Header } from "./Header";
import { useSite } from "./site";
import type { ChatSession } from "./state/session";
import { download } from "./transcript";
import { useUnreadTitle } from "./unread";

interface Props {
  session: ChatSession;
  onLanguage: (language: Language) => void;
}

/** The chat of a site: its header over the conversation, or over the list of earlier ones. */
export function Chat({ session, onLanguage }: Props) {
  const texts = useTexts();
  const language = useLanguage();
  const site = useSite();
  const state = useSyncExternalStore(session.subscribe, session.current);
  const [place, setPlace] = useState<"conversation" | "earlier">("conversation");
  const { log } = state;
  const lost = state.connection?.state === "refused";
  const messages = messagesIn(log).length;
  useUnreadTitle(texts.pageTitle(site.name), messages, state.historyComplete);

  useEffect(() => {
    const ending = new AbortController();
    void session.run(ending.signal);
    performance.mark("casewright.interactive");
    return () => ending.abort();
  }, [session]);

  const onEarlier = state.conversations.length > 0 ? () => setPlace("earlier") : null;
  const converse = () => {
    setPlace("conversation");
    window.requestAnimationFrame(resumeWriting);
  };
  const askForPerson = async () => {
    await session.askForPerson();
    setPlace("conversation");
  };

  return (
    <div className="chat">
      <Header
        log={log}
        onLanguage={onLanguage}
        onNewConversation={() => {
          session.startOver("nothing");
          converse();
        }}
        onEarlier={onEarlier}
        onDownload={messages > 0 && place === "conversation" ? () => download(log, site, language) : null}
        onAskForPerson={lost || log.closed !== null || log.mode === "human" ? null : askForPerson}
      />
      <Announcer log={log} ready={state.historyComplete} />
      {place === "conversation" ? (
        <Conversation state={state} session={session} onEarlier={onEarlier} />
      ) : (
        <EarlierConversations session={session} state={state} onConverse={converse} />
      )}
    </div>
  );
}
