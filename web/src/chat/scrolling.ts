import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ConversationLog } from "../conversation/log";
import type { OutgoingMessage } from "./memory";

/** How much of what came before stays in sight above a long reply. */
const CONTEXT_PX = 24;
const NEAR_PX = 48;

interface FollowedEnd {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** Something new lies below what is in view. */
  newBelow: boolean;
  follow: () => void;
}

/**
 * Keeps the newest message in view while the reader stays near the end, but never scrolls its beginning out of view; a
 * reader who has scrolled up is left alone and told.
 */
export function useFollowedEnd(log: ConversationLog, outgoing: readonly OutgoingMessage[]): FollowedEnd {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [newBelow, setNewBelow] = useState(false);

  const goToEnd = useCallback((behavior: ScrollBehavior) => {
    if (scroller.current !== null) scroller.current.scrollTo({ top: endOf(scroller.current), behavior });
  }, []);
  const follow = useCallback(() => {
    following.current = true;
    setNewBelow(false);
    goToEnd("auto");
  }, [goToEnd]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onScroll = () => {
      following.current = element.scrollTop >= endOf(element) - NEAR_PX;
      if (following.current) setNewBelow(false);
    };
    const sizes = new ResizeObserver(() => {
      if (following.current) goToEnd("auto");
    });
    element.addEventListener("scroll", onScroll, { passive: true });
    sizes.observe(element);
    if (content.current !== null) sizes.observe(content.current);
    return () => {
      element.removeEventListener("scroll", onScroll);
      sizes.disconnect();
    };
  }, [goToEnd]);

  useLayoutEffect(() => {
    if (following.current) goToEnd("auto");
    else setNewBelow(true);
  }, [log.entries.length, outgoing.length, goToEnd]);

  return { scroller, content, newBelow, follow };
}

/** The bottom, or where the last message (or the end of the conversation) begins if that is further up. */
function endOf(scroller: HTMLElement): number {
  const bottom = scroller.scrollHeight - scroller.clientHeight;
  const last = [...scroller.querySelectorAll(".message, .closing")].at(-1);
  if (last === undefined) return 0;
  const top = last.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
  return Math.max(0, Math.min(bottom, top - CONTEXT_PX));
}
