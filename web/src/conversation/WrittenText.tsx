import { useState } from "react";
import { useLanguage, useTexts } from "../common/TextsContext";

const LONG = 2_000;
const SHOWN_OF_LONG = 600;

/** What a customer wrote, as they wrote it; of a very long text the beginning, until all is asked for. */
export function WrittenText({ text }: { text: string }) {
  const texts = useTexts();
  const language = useLanguage();
  const [whole, setWhole] = useState(false);
  if (whole || text.length <= LONG) return <p dir="auto">{text}</p>;
  return (
    <>
      <p dir="auto">{text.slice(0, SHOWN_OF_LONG)}…</p>
      <button type="button" className="show-all" onClick={() => setWhole(true)}>
        {texts.showAll(text.length.toLocaleString(language))}
      </button>
    </>
  );
}
