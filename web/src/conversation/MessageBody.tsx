import { CheckIcon, PersonIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";
import { type Block, blocksOf, type PlacedPart } from "./blocks";
import { CodeListing } from "./CodeListing";
import type { Part } from "./events";
import { LinkedText } from "./LinkedText";
import { type Citation, citationsOf, citedAt, titleOf } from "./sources";

interface Props {
  parts: readonly Part[];
  onOpenSource: (citation: Citation) => void;
}

/** A reply's parts: paragraphs, steps, code, each with the numbers of its sources, and the list of these below. */
export function MessageBody({ parts, onOpenSource }: Props) {
  const texts = useTexts();
  const citations = citationsOf(parts);
  const marksOf = ({ index }: PlacedPart) => <Marks citations={citedAt(index, parts, citations)} onOpen={onOpenSource} />;
  return (
    <>
      {blocksOf(parts).map((block) => (
        <BlockView key={block.parts[0]?.index} block={block} marksOf={marksOf} />
      ))}
      {citations.length > 0 && (
        <ul className="citations" aria-label={texts.sources}>
          {citations.map((citation) => (
            <li key={citation.number}>
              <button type="button" className="citation" onClick={() => onOpenSource(citation)}>
                <span className="mark-number" aria-hidden="true">
                  {citation.number}
                </span>
                <span dir="auto">{titleOf(citation.source)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function BlockView({ block, marksOf }: { block: Block; marksOf: (placed: PlacedPart) => React.ReactNode }) {
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
          <span key={placed.index} className="sentence">
            <LinkedText text={placed.part.text} />
            {marksOf(placed)}{" "}
          </span>
        ))}
      </p>
    );
  }
  const [placed] = block.parts;
  if (block.kind === "code") {
    return <CodeListing code={placed.part.text} marks={marksOf(placed)} />;
  }
  return (
    <p className={`part-${block.kind}`} dir="auto">
      {block.kind === "result" && <CheckIcon size={18} />}
      {block.kind === "handoff" && <PersonIcon size={18} />}
      <span>
        <LinkedText text={placed.part.text} />
        {marksOf(placed)}
      </span>
    </p>
  );
}

function Marks({ citations, onOpen }: { citations: readonly Citation[]; onOpen: (citation: Citation) => void }) {
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
