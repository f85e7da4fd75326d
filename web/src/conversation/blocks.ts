import type { Part } from "./events";

export interface PlacedPart {
  part: Part;
  index: number;
}

/** What is set as one piece: a paragraph, a numbered list (with the number it begins at), articles to choose from, a listing,
 * or a line of its own. */
export type Block =
  | { kind: "paragraph" | "suggestions"; parts: PlacedPart[] }
  | { kind: "steps"; parts: PlacedPart[]; start: number }
  | { kind: Exclude<Part["kind"], "answer" | "step" | "suggestion">; parts: [PlacedPart] };

/** Sentences of an answer flow together; steps form a list, which goes on counting after a listing between two steps. */
export function blocksOf(parts: readonly Part[]): Block[] {
  const blocks: Block[] = [];
  let steps = 0;
  parts.forEach((part, index) => {
    const placed = { part, index };
    const last = blocks.at(-1);
    if (part.kind === "answer") {
      steps = 0;
      if (last?.kind === "paragraph") last.parts.push(placed);
      else blocks.push({ kind: "paragraph", parts: [placed] });
    } else if (part.kind === "step") {
      steps += 1;
      if (last?.kind === "steps") last.parts.push(placed);
      else blocks.push({ kind: "steps", parts: [placed], start: steps });
    } else if (part.kind === "suggestion") {
      steps = 0;
      if (last?.kind === "suggestions") last.parts.push(placed);
      else blocks.push({ kind: "suggestions", parts: [placed] });
    } else {
      if (part.kind !== "code") steps = 0;
      blocks.push({ kind: part.kind, parts: [placed] });
    }
  });
  return blocks;
}

/** The parts worth showing: what was said while something ran is over with the next part. */
export function withoutPastProgress(parts: readonly Part[]): readonly Part[] {
  return parts.filter((part, index) => part.kind !== "progress" || index === parts.length - 1);
}
