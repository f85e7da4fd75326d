import { Fragment } from "react";
import { CheckIcon, PersonIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";
import { type Block, blocksOf, type PlacedPart, withoutPastProgress } from "./blocks";
import { CodeListing } from "./CodeListing";
import type { Part } from "./events";
import { LinkedText } from "./LinkedText";
import { SourceCards } from "./SourceCards";
import { type Citation, citationsOf, citedAt, type QuotedSource, titleOf } from "./sources";
import { Suggestions } from "./Suggestions";

interface Props {
  parts: readonly Part[];
  /** More parts are coming: what is said last may still be going on. */
  underway?: boolean;
  onOpenSource: (opened: QuotedSource) => void;
}

/** A reply's parts: paragraphs, steps, code, each with the numbers of its sources, and the cards of these below; and articles
 * that it suggests. */
export function MessageBody({ parts, underway = false, onOpenSource }: Props) {
  const shown = withoutPastProgress(parts);
  const citations = citationsOf(shown);
  const marksOf = ({ index }: PlacedPart) => <Marks citations={citedAt(index, shown, citations)} onOpen={onOpenSource} />;
  return (
    <>
      {blocksOf(shown).map((block) => (
        <BlockView key={block.parts[0]?.index} block={block} underway={underway} marksOf={marksOf} onOpenSource={onOpenSource} />
      ))}
      {citations.length > 0 && <SourceCards citations={citations} onOpen={onOpenSource} />}
    </>
  );
}

interface BlockProps {
  block: Block;
  underway: boolean;
  marksOf: (placed: PlacedPart) => React.ReactNode;
  onOpenSource: (opened: QuotedSource) => void;
}

function BlockView({ block, underway, marksOf, onOpenSource }: BlockProps) {
  if (block.kind === "steps") {
    return (
      <ol start={block.start} dir="auto">
        {block.parts.map((placed) => (
          <li key={placed.index}>
            <LinkedText text={placed.part.text} />
            {marksOf(placed)}
          </li>
        ))}
      </ol>
    );
  }
  if (block.kind === "paragraph") {
    return (
      <p dir="auto">
        {block.parts.map((placed) => (
          <Fragment key={placed.index}>
            <LinkedText text={placed.part.text} />
            {marksOf(placed)}{" "}
          </Fragment>
        ))}
      </p>
    );
  }
  if (block.kind === "suggestions") {
    return <Suggestions parts={block.parts.map(({ part }) => part)} onOpen={onOpenSource} />;
  }
  const [placed] = block.parts;
  if (block.kind === "code") {
    return <CodeListing code={placed.part.text} marks={marksOf(placed)} />;
  }
  return (
    <p className={`part-${block.kind}`} dir="auto">
      {block.kind === "progress" && underway && <span className="spinner" aria-hidden="true" />}
      {block.kind === "result" && <CheckIcon size={18} />}
      {block.kind === "handoff" && <PersonIcon size={18} />}
      <span>
        <LinkedText text={placed.part.text} />
        {marksOf(placed)}
      </span>
    </p>
  );
}

function Marks({ citations, onOpen }: { citations: readonly Citation[]; onOpen: (opened: QuotedSource) => void }) {
  const texts = useTexts();
  return citations.map((citation) => (
    <button
      key={citation.number}
      type="button"
      className="mark-number"
      aria-label={texts.source(citation.number, titleOf(citation.source))}
      onClick={() => onOpen(citation)}
    >
      {citation.number}
    </button>
  ));
}
