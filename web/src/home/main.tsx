import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { show, storedAppearance } from "../common/appearance";
import "../common/base.css";
import "./home.css";
import { HomePage } from "./HomePage";

show(storedAppearance());
createRoot(document.getElementById("page")!).render(
  <StrictMode>
    <HomePage />
  </StrictMode>,
);
