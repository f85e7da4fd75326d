import { type ReactNode, useRef } from "react";
import { useTexts } from "../common/TextsContext";
import { CopyButton } from "./CopyButton";

/** Code to read and copy, with the marks of its sources. Where the browser forbids copying it is selected instead. */
export function CodeListing({ code, marks }: { code: string; marks: ReactNode }) {
  const texts = useTexts();
  const listing = useRef<HTMLPreElement>(null);
  const select = () => {
    if (listing.current !== null) window.getSelection()?.selectAllChildren(listing.current);
  };
  return (
    <figure className="listing">
      <figcaption>
        <span>
          {texts.code} {marks}
        </span>
        <CopyButton text={() => code} onForbidden={select} />
      </figcaption>
      <pre ref={listing} tabIndex={0} aria-label={texts.code} dir="ltr">
        <code>{code}</code>
      </pre>
    </figure>
  );
}
