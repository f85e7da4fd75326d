import { ActionIcon, ArticleIcon, RecordIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";
import type { Source } from "./events";
import { describedSource } from "./plainText";
import { type Citation, type QuotedSource, titleOf } from "./sources";

interface Props {
  citations: readonly Citation[];
  onOpen: (opened: QuotedSource) => void;
}

/** What a reply stands on, a card each. */
export function SourceCards({ citations, onOpen }: Props) {
  const texts = useTexts();
  return (
    <ul className="citations" aria-label={texts.sources}>
      {citations.map((citation) => (
        <li key={citation.number}>
          <button type="button" className="source-card citation" onClick={() => onOpen(citation)}>
            <span className="mark-number" aria-hidden="true">
              {citation.number}
            </span>
            <span className="source-words">
              <span className="source-title" dir="auto">
                {titleOf(citation.source)}
              </span>
              <span className="source-detail">
                <SourceIcon type={citation.source.type} size={14} />
                {describedSource(citation.source, texts)}
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function SourceIcon({ type, size }: { type: Source["type"]; size: number }) {
  const Icon = { article: ArticleIcon, record: RecordIcon, action: ActionIcon }[type];
  return <Icon size={size} />;
}
