import { createContext, type ReactNode } from "react";

/** What a page that holds the chat shows beside each complete reply of the agent, by the reply's id; nothing by itself. */
export const BesideReply = createContext<((replyId: string) => ReactNode) | null>(null);
