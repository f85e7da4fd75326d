import { useEffect, useState } from "react";
import { readStored, store } from "../common/appearance";
import { useFragment } from "../common/hooks";
import { fromFragment } from "../common/key";
import { LanguageContext } from "../common/TextsContext";
import { chosenLanguage, type Language } from "../common/texts";
import { Chat } from "./Chat";
import { ChatSkeleton, NoKey, ServerAway, WrongKey } from "./Standstill";
import { ChatSession } from "./session";
import { type Site, useSite } from "./useSite";

const STORED_LANGUAGE = "casewright.language";

/** The page at `/chat#key=pk_…`. Another key in the address is another chat. */
export function ChatPage() {
  useFragment();
  const publishableKey = fromFragment("key");
  if (publishableKey === null || publishableKey === "") {
    return (
      <LanguageContext value={chosenLanguage(wishedLanguages(), [], "en")}>
        <NoKey />
      </LanguageContext>
    );
  }
  return <SiteChat key={publishableKey} publishableKey={publishableKey} />;
}

function SiteChat({ publishableKey }: { publishableKey: string }) {
  const site = useSite(publishableKey);
  const early = chosenLanguage(wishedLanguages(), [], "en");
  if (site.state === "ready") return <ReadyChat publishableKey={publishableKey} site={site.site} />;
  return (
    <LanguageContext value={early}>
      {site.state === "loading" && <ChatSkeleton />}
      {site.state === "away" && <ServerAway until={site.until} />}
      {site.state === "refused" && <WrongKey />}
    </LanguageContext>
  );
}

function ReadyChat({ publishableKey, site }: { publishableKey: string; site: Site }) {
  const [language, setLanguage] = useState<Language>(() =>
    chosenLanguage(wishedLanguages(), site.languages, site.defaultLanguage),
  );
  const [spoken] = useState({ language });
  const [session] = useState(() => new ChatSession(publishableKey, () => spoken.language));

  useEffect(() => {
    spoken.language = language;
    document.documentElement.lang = language;
  }, [language, spoken]);

  const speak = (chosen: Language) => {
    store(STORED_LANGUAGE, chosen);
    setLanguage(chosen);
  };

  return (
    <LanguageContext value={language}>
      <Chat site={site} session={session} onLanguage={speak} />
    </LanguageContext>
  );
}

/** The visitor's own choice, then the address's, then the browser's. */
function wishedLanguages(): string[] {
  return [readStored(STORED_LANGUAGE), fromFragment("language"), ...navigator.languages].filter((wish) => wish !== null);
}
