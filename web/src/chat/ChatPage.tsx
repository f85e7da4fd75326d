import { lazy, Suspense, useEffect, useState } from "react";
import { useFragment } from "../common/hooks";
import { fromFragment } from "../common/key";
import { readStored, store } from "../common/storage";
import { LanguageContext } from "../common/TextsContext";
import { chosenLanguage, firstSpoken, type Language } from "../common/texts";
import { wear } from "./brand";
import { Chat } from "./Chat";
import { ChatSkeleton, NoKey, ServerAway, WrongKey } from "./Standstill";
import { type Site, SiteContext, useSiteOf } from "./site";
import { forgetRehearsal, keepForThisTab, rehearsalLink } from "./rehearsal";
import { ChatSession } from "./state/session";

const STORED_LANGUAGE = "casewright.language";

/** Loaded only where a demo's link has opened the chat. */
const Rehearsal = lazy(() => import("../tour/Rehearsal"));

/** The page at `/chat#key=pk_…`. Another key in the address is another chat. */
export function ChatPage() {
  useFragment();
  const publishableKey = fromFragment("key");
  if (publishableKey === null || publishableKey === "") {
    return (
      <LanguageContext value={firstSpoken(wishedLanguages()) ?? "en"}>
        <NoKey />
      </LanguageContext>
    );
  }
  return <SiteChat key={publishableKey} publishableKey={publishableKey} />;
}

function SiteChat({ publishableKey }: { publishableKey: string }) {
  const [wishes, setWishes] = useState(wishedLanguages);
  const [asked, setAsked] = useState(() => firstSpoken(wishes));
  const site = useSiteOf(publishableKey, asked ?? "");
  const ready = site.state === "ready" ? site.site : null;
  const language = ready === null ? (asked ?? "en") : chosenLanguage(wishes, ready.languages, ready.defaultLanguage);

  useEffect(() => {
    document.documentElement.lang = language;
    if (ready !== null) setAsked(language); // it may not offer the one it was asked in
  }, [ready, language]);

  const speak = (chosen: Language) => {
    store(STORED_LANGUAGE, chosen);
    setWishes((before) => [chosen, ...before]);
  };

  return (
    <LanguageContext value={language}>
      {site.state === "loading" && <ChatSkeleton />}
      {site.state === "away" && <ServerAway until={site.until} />}
      {site.state === "refused" && <WrongKey />}
      {ready !== null && <ReadyChat publishableKey={publishableKey} site={ready} language={language} onLanguage={speak} />}
    </LanguageContext>
  );
}

interface ReadyProps {
  publishableKey: string;
  site: Site;
  language: Language;
  onLanguage: (language: Language) => void;
}

/** The chat, in its company's colour. Where a demo's link has opened it, what the demo shows stands beside it. */
function ReadyChat({ publishableKey, site, language, onLanguage }: ReadyProps) {
  const [session] = useState(() => new ChatSession(publishableKey));
  const [rehearsal] = useState(() => rehearsalLink(publishableKey));

  useEffect(() => session.speak(language), [session, language]);
  useEffect(() => {
    if (rehearsal !== null) keepForThisTab(publishableKey, rehearsal);
  }, [publishableKey, rehearsal]);
  useEffect(() => {
    wear(site.colour, site.avatar);
    return () => wear("", "");
  }, [site.colour, site.avatar]);

  const chat = <Chat session={session} onLanguage={onLanguage} />;
  return (
    <SiteContext value={site}>
      {rehearsal === null ? (
        <div className="chat-page">{chat}</div>
      ) : (
        <Suspense fallback={<ChatSkeleton />}>
          <Rehearsal {...rehearsal} session={session} onRefused={() => forgetRehearsal(publishableKey)}>
            {chat}
          </Rehearsal>
        </Suspense>
      )}
    </SiteContext>
  );
}

/** The visitor's own choice, then the address's, then the browser's. */
function wishedLanguages(): string[] {
  return [readStored(STORED_LANGUAGE), fromFragment("language"), ...navigator.languages].filter((wish) => wish !== null);
}
