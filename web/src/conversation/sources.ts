import type { Part, Source } from "./events";

/** Characters of a quote that a suggestion shows. */
const LONGEST_BEGINNING = 120;

/** A source, and every sentence quoted from it. */
export interface QuotedSource {
  source: Source;
  quotes: string[];
}

/** A source as a message cites it: with its number in the message. */
export interface Citation extends QuotedSource {
  number: number;
}

/** What a source is called. An action has only its name, which is put as words: `reset_password` → "Reset password". */
export function titleOf(source: Source): string {
  if (source.type !== "action") return source.title;
  const words = source.title.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The first words of a quote, to tell by what its source says. */
export function beginningOf(quote: string): string {
  if (quote.length <= LONGEST_BEGINNING) return quote;
  return `${quote.slice(0, LONGEST_BEGINNING).replace(/\s+\S*$/, "")}…`;
}

/** The message's sources in the order in which they are first cited, each once. */
export function citationsOf(parts: readonly Part[]): Citation[] {
  const citations = new Map<string, Citation>();
  for (const source of parts.flatMap(citedBy)) {
    const key = keyOf(source);
    const citation = citations.get(key) ?? { number: citations.size + 1, source, quotes: [] };
    if (source.quote && !citation.quotes.includes(source.quote)) citation.quotes.push(source.quote);
    citations.set(key, citation);
  }
  return [...citations.values()];
}

/** What part `index` cites, where the next part does not cite the same: a run of sentences is marked once, at its end. */
export function citedAt(index: number, parts: readonly Part[], citations: readonly Citation[]): Citation[] {
  const cited = keysOf(parts[index]);
  const next = keysOf(parts[index + 1]);
  if (cited.length === 0 || cited.join() === next.join()) return [];
  return citations.filter((citation) => cited.includes(keyOf(citation.source)));
}

/** A suggestion cites nothing: it names what one may read. */
function citedBy({ kind, sources }: Part): readonly Source[] {
  return kind === "suggestion" ? [] : sources;
}

function keyOf(source: Source): string {
  return `${source.type}/${source.id}/${source.version ?? ""}`;
}

function keysOf(part: Part | undefined): string[] {
  return [...new Set(part === undefined ? [] : citedBy(part).map(keyOf))].sort();
}
