import { useEffect, useRef } from "react";

/** The page's title, with the number of messages that came while nobody looked. */
export function useUnreadTitle(title: string, messages: number, historyComplete: boolean): void {
  const seen = useRef(messages);
  useEffect(() => {
    const show = () => {
      if (document.visibilityState === "visible" || !historyComplete) seen.current = messages;
      const unread = messages - seen.current;
      document.title = unread > 0 ? `(${unread}) ${title}` : title;
    };
    show();
    document.addEventListener("visibilitychange", show);
    return () => document.removeEventListener("visibilitychange", show);
  }, [title, messages, historyComplete]);
}
