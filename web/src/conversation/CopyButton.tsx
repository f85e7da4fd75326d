import { useState } from "react";
import { CheckIcon, CopyIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";

const SHOWN_MS = 2_000;

/** Copies a text, and says whether it did. `onForbidden`: what to do where the browser does not allow it. */
export function CopyButton({ text, onForbidden }: { text: () => string; onForbidden?: () => void }) {
  const texts = useTexts();
  const [outcome, setOutcome] = useState<"none" | "copied" | "failed">("none");

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setOutcome("copied");
    } catch {
      onForbidden?.();
      setOutcome("failed");
    }
    window.setTimeout(() => setOutcome("none"), SHOWN_MS);
  };

  const words = { none: texts.copy, copied: texts.copied, failed: texts.copyFailed }[outcome];
  return (
    <>
      <button type="button" className="quiet small" onClick={() => void copy()}>
        {outcome === "copied" ? <CheckIcon size={16} /> : <CopyIcon size={16} />}
        {words}
      </button>
      <span className="visually-hidden" role="status">
        {outcome === "none" ? "" : words}
      </span>
    </>
  );
}
