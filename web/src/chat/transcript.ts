import { saveText } from "../common/download";
import { type Language, LANGUAGES, localeFor, type Texts } from "../common/texts";
import type { ConversationLog, Entry } from "../conversation/log";
import { plainTextOf } from "../conversation/plainText";
import { modeInWords } from "./MessageList";
import type { Site } from "./site";

/** Saves the conversation as a text file. */
export function download(log: ConversationLog, site: Site, language: Language): void {
  const day = (log.entries[0]?.at ?? "").slice(0, 10);
  const name = site.name.toLocaleLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
  saveText(`${name}-${day}.txt`, transcriptOf(log, site, language));
}

/** The whole conversation to be read without the page: who said what when, and what it stood on. */
function transcriptOf(log: ConversationLog, site: Site, language: Language): string {
  const texts = LANGUAGES[language];
  const day = new Intl.DateTimeFormat(localeFor(language), { dateStyle: "full" });
  const time = new Intl.DateTimeFormat(localeFor(language), { timeStyle: "short" });
  const title = `${texts.transcriptTitle(site.name)}\n${"=".repeat(texts.transcriptTitle(site.name).length)}`;
  const lines = log.entries.map((entry, index) => {
    const date = day.format(new Date(entry.at));
    const newDay = index === 0 || day.format(new Date(log.entries[index - 1]?.at ?? 0)) !== date;
    return `${newDay ? `${date}\n\n` : ""}[${time.format(new Date(entry.at))}] ${entryInWords(entry, site, texts)}`;
  });
  return `${[title, ...lines].join("\n\n")}\n`;
}

function entryInWords(entry: Entry, site: Site, texts: Texts): string {
  if (entry.kind === "mode") return `-- ${modeInWords(entry, texts)}`;
  const agent = site.agentName === "" ? texts.assistant : `${site.agentName} (${texts.assistant})`;
  const speaker = { customer: texts.you, agent, operator: texts.person }[entry.from];
  return `${speaker}:\n${entry.from === "customer" ? entry.text : plainTextOf(entry.parts, texts)}`;
}
