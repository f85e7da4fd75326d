import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { show, storedAppearance } from "../common/appearance";
import "../common/base.css";
import "../conversation/conversation.css";
import "../inspector/inspector.css";
import "./operator.css";
import { OperatorPage } from "./OperatorPage";
import { operatorKey } from "./operatorKey";

show(storedAppearance());
createRoot(document.getElementById("page")!).render(
  <StrictMode>
    <OperatorPage initialKey={operatorKey()} />
  </StrictMode>,
);
