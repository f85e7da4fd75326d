import { useEffect, useRef, useState } from "react";
import { type ConversationLog, messagesIn } from "../conversation/log";
import { useTexts } from "../common/TextsContext";
import type { Texts } from "../common/texts";
import { closingInWords } from "./Closing";
import { modeInWords } from "./MessageList";
import { useSite } from "./site";

/** Something to be read out, under a key by which it is read out only once. */
interface News {
  key: string;
  words: string;
}

/**
 * Reads out what is new: each part of a reply once, whether it comes as a piece or with the whole, and never the history or
 * the customer's own words.
 */
export function Announcer({ log, ready }: { log: ConversationLog; ready: boolean }) {
  const texts = useTexts();
  const { agentName } = useSite();
  const told = useRef(new Set<string>());
  const [line, setLine] = useState("");

  useEffect(() => {
    if (log.entries.length === 0) told.current.clear(); // another conversation
    const news = newsIn(log, agentName || texts.assistant, texts).filter(({ key }) => !told.current.has(key));
    for (const { key } of news) told.current.add(key);
    if (ready && news.length > 0) setLine(news.map(({ words }) => words).join(" "));
  }, [log, ready, agentName, texts]);

  return (
    <p className="visually-hidden" aria-live="polite">
      {line}
    </p>
  );
}

function newsIn(log: ConversationLog, agent: string, texts: Texts): News[] {
  const said = messagesIn(log)
    .filter(({ from }) => from !== "customer")
    .flatMap(({ id, from, parts }) =>
      parts.map(({ text }, index) => ({
        key: `${id}/${text}`,
        words: index === 0 ? `${from === "agent" ? agent : texts.person}: ${text}` : text,
      })),
    );
  const modes = log.entries
    .filter((entry) => entry.kind === "mode")
    .map((entry) => ({ key: `mode/${entry.sequence}`, words: modeInWords(entry, texts) }));
  const queue = log.queue === null ? [] : [{ key: `queue/${log.queue.position}`, words: texts.queue(log.queue.position) }];
  const closed = log.closed === null ? [] : [{ key: `closed/${log.closed.at}`, words: closingInWords(log.closed, texts) }];
  return [...said, ...modes, ...queue, ...closed];
}
