import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ConversationLog } from "../conversation/log";
import type { OutgoingMessage } from "./state/memory";

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

  const goToEnd = useCallback(() => {
    const element = scroller.current;
    if (element !== null) element.scrollTop = Math.max(element.scrollTop, endOf(element)); // who has read on is not taken back
  }, []);
  const follow = useCallback(() => {
    following.current = true;
    setNewBelow(false);
    goToEnd();
  }, [goToEnd]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let before = element.scrollTop;
    const onScroll = () => {
      const near = element.scrollTop >= endOf(element) - NEAR_PX;
      const backwards = element.scrollTop < before; // else it is the content that has grown
      if (near || backwards) following.current = near;
      if (near) setNewBelow(false);
      before = element.scrollTop;
    };
    const sizes = new ResizeObserver(() => {
      if (following.current) goToEnd();
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
    if (following.current) goToEnd();
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
