import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

/** Three pages, which the server answers at `/`, `/chat` and `/operator`. In development `/v1` goes to a running demo. */
export default defineConfig(({ mode }) => ({
  appType: "mpa",
  plugins: [react()],
  server: { proxy: { "/v1": loadEnv(mode, ".", "CASEWRIGHT_").CASEWRIGHT_URL ?? "http://127.0.0.1:8765" } },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: "index.html", chat: "chat.html", operator: "operator.html" },
    },
  },
}));
