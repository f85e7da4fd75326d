import { ArticleIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";
import type { Part } from "./events";
import { beginningOf, type QuotedSource } from "./sources";

interface Props {
  parts: readonly Part[];
  onOpen: (opened: QuotedSource) => void;
}

/** Articles that may have the answer, a card each: its title, the section, and how that begins. */
export function Suggestions({ parts, onOpen }: Props) {
  const texts = useTexts();
  return (
    <ul className="suggested-articles" aria-label={texts.mayAnswer}>
      {parts.map(({ text, sources: [source] }, index) => (
        <li key={index}>
          {source === undefined ? (
            text
          ) : (
            <button type="button" className="source-card" onClick={() => onOpen({ source, quotes: [source.quote].filter(Boolean) })}>
              <ArticleIcon size={20} />
              <span className="source-words">
                <span className="source-title" dir="auto">
                  {text}
                </span>
                {source.section && (
                  <span className="source-section" dir="auto">
                    {source.section}
                  </span>
                )}
                {source.quote && (
                  <span className="source-detail" dir="auto">
                    {beginningOf(source.quote)}
                  </span>
                )}
              </span>
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
