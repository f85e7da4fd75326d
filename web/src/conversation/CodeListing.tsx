import { type ReactNode, useRef, useState } from "react";
import { CheckIcon, CopyIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";

/** Code to read and copy, with the marks of its sources. Where the browser forbids copying it is selected instead. */
export function CodeListing({ code, marks }: { code: string; marks: ReactNode }) {
  const texts = useTexts();
  const listing = useRef<HTMLPreElement>(null);
  const [outcome, setOutcome] = useState<"none" | "copied" | "selected">("none");

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code);
      setOutcome("copied");
    } catch {
      if (listing.current !== null) window.getSelection()?.selectAllChildren(listing.current);
      setOutcome("selected");
    }
    window.setTimeout(() => setOutcome("none"), 2_000);
  };

  const words = { none: texts.copy, copied: texts.copied, selected: texts.copyFailed }[outcome];
  return (
    <figure className="listing">
      <figcaption>
        <span>
          {texts.code} {marks}
        </span>
        <button type="button" className="quiet small" onClick={() => void copy()}>
          {outcome === "copied" ? <CheckIcon size={16} /> : <CopyIcon size={16} />}
          {words}
        </button>
        <span className="visually-hidden" role="status">
          {outcome === "none" ? "" : words}
        </span>
      </figcaption>
      <pre ref={listing} tabIndex={0} aria-label={texts.code} dir="ltr">
        <code>{code}</code>
      </pre>
    </figure>
  );
}
