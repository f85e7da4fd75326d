import type { Texts } from "../common/texts";
import { type Block, blocksOf, withoutPastProgress } from "./blocks";
import type { Part, Source } from "./events";
import { beginningOf, citationsOf, titleOf } from "./sources";

/** A reply to be read without the page: paragraphs, numbered steps, code, and its sources below. */
export function plainTextOf(parts: readonly Part[], texts: Texts): string {
  const said = blocksOf(withoutPastProgress(parts)).map(plainBlock).join("\n\n");
  const citations = citationsOf(parts);
  if (citations.length === 0) return said;
  const sources = citations.map(({ number, source, quotes }) =>
    [`[${number}] ${titleOf(source)} (${describedSource(source, texts)})`, ...quotes.map((quote) => `    “${quote}”`)].join("\n"),
  );
  return `${said}\n\n${texts.sources}:\n${sources.join("\n")}`;
}

/** What kind of source, in which version, and when it was last checked: "Help article · Version 3 · Checked on 2 May 2026". */
export function describedSource(source: Source, texts: Texts): string {
  const kind = { article: texts.sourceArticle, record: texts.sourceRecord, action: texts.sourceAction }[source.type];
  const version = source.version == null ? [] : [texts.version(String(source.version))];
  const checked = source.checked_on ? [texts.checkedOn(new Date(source.checked_on))] : [];
  return [kind, ...version, ...checked].join(" · ");
}

function plainBlock(block: Block): string {
  if (block.kind === "paragraph") return block.parts.map(({ part }) => part.text).join(" ");
  if (block.kind === "suggestions") return block.parts.map(({ part }) => plainSuggestion(part)).join("\n");
  if (block.kind === "steps") return block.parts.map(({ part }, index) => `${block.start + index}. ${part.text}`).join("\n");
  const [{ part }] = block.parts;
  return block.kind === "code" ? part.text.replace(/^/gm, "    ") : part.text;
}

function plainSuggestion({ text, sources: [source] }: Part): string {
  const title = source?.section ? `${text} (${source.section})` : text;
  return source?.quote ? `- ${title}\n    “${beginningOf(source.quote)}”` : `- ${title}`;
}
