import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { show, storedAppearance } from "../common/appearance";
import "../common/base.css";
import "../conversation/conversation.css";
import "./answers.css";
import "./chat.css";
import "./places.css";
import { ChatPage } from "./ChatPage";

show(storedAppearance());
createRoot(document.getElementById("page")!).render(
  <StrictMode>
    <ChatPage />
  </StrictMode>,
);
