import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { show, storedAppearance } from "../common/appearance";
import "../common/base.css";
import "../conversation/conversation.css";
import "./chat.css";
import { ChatPage } from "./ChatPage";

show(storedAppearance());
createRoot(document.getElementById("page")!).render(
  <StrictMode>
    <ChatPage />
  </StrictMode>,
);
