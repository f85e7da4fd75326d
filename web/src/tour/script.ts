import type { Turn } from "../inspector/api";
import type { SectionName } from "../inspector/view";
import { articlesCited } from "../inspector/words";

/** What is said below the page, in the page's language. */
export interface Caption {
  en: string;
  de: string;
}

/** What the customer does: writes, clicks an answer, or fills in the form that is open (values by slot; a code from a mail). */
export type Deed =
  | { write: string }
  | { choose: string }
  | { fillIn: Readonly<Record<string, string>> }
  | { codeMailedTo: string; slot: string };

export interface Step {
  deed: Deed;
  /** Shown while the customer acts; else the last one stays. */
  before?: Caption;
  /** Shown with the reply; else the last one stays. */
  after?: Caption;
  /** What of the inspector to look at then. */
  look: SectionName;
}

export interface Scene {
  title: Caption;
  steps: readonly Step[];
  /** Whether it went as it is told, from its turns. */
  asTold: (turns: readonly Turn[]) => boolean;
  /** Said when it ended so. */
  end: Caption;
  /** Offers the operator's view of the conversation at the end. */
  operatorLink?: boolean;
}

const EXPORTER = "marcus.oyelaran@pinecrest.example";

/* Four conversations with Aurora Cloud. What the customer writes stands in the company's own language. */

const QUESTION: Scene = {
  title: { en: "A question, answered with its sources", de: "Eine Frage, mit Quellen beantwortet" },
  steps: [
    {
      deed: { write: "How do I export data?" },
      before: { en: "A customer asks something. No LLM is at work here.", de: "Jemand stellt eine Frage. Hier arbeitet kein LLM." },
      after: {
        en: "Every sentence stands on an article. The mark in the bars is what an answer has to reach.",
        de: "Jeder Satz steht auf einem Artikel. Die Marke im Balken ist, was eine Antwort erreichen muss.",
      },
      look: "sources",
    },
    {
      deed: { write: "Which restaurant in Boston do you recommend?" },
      before: { en: "And something that no article says?", de: "Und etwas, das in keinem Artikel steht?" },
      after: {
        en: "Nothing is made up: out of scope, and it says so.",
        de: "Erfunden wird nichts: außerhalb des Gebiets, und das sagt er.",
      },
      look: "understood",
    },
  ],
  asTold: ([asked, unknown]) => asked !== undefined && isSourced(asked) && unknown !== undefined && !isSourced(unknown),
  end: { en: "An answer with its sources, or none.", de: "Eine Antwort mit Quellen, oder keine." },
};

const DETOUR: Scene = {
  title: { en: "A procedure, interrupted and taken up again", de: "Ein Ablauf, unterbrochen und wieder aufgenommen" },
  steps: [
    {
      deed: { write: "Our API calls with OAuth 2.0 are answered with 401" },
      before: { en: "A problem, told in a sentence.", de: "Ein Problem, in einem Satz." },
      after: {
        en: "It asks as an engineer would, and not for what was said already: OAuth.",
        de: "Er fragt wie jemand vom Fach, und nicht nach dem, was schon gesagt ist: OAuth.",
      },
      look: "topics",
    },
    {
      deed: { write: "GET https://acme.my.salesforce.com/services/data/v67.0/limits" },
      look: "topics",
    },
    {
      deed: { write: "Wait, I need to reset my password first" },
      before: { en: "Now something else comes first …", de: "Jetzt kommt etwas anderes dazwischen …" },
      after: {
        en: "The diagnosis is paused below; what it knows is kept.",
        de: "Die Diagnose ist darunter pausiert; was sie weiß, bleibt.",
      },
      look: "topics",
    },
    {
      deed: { fillIn: { email: "dana.whitfield@harborlight.example" } },
      after: { en: "No model read the address, and nothing happens without a yes.", de: "Kein Modell las die Adresse, und ohne Ja geschieht nichts." },
      look: "masked",
    },
    {
      deed: { choose: "Yes" },
      after: {
        en: "Done in the org, and back to the diagnosis by itself, with everything it knew.",
        de: "In der Org getan, und von selbst zurück zur Diagnose, mit allem, was sie wusste.",
      },
      look: "topics",
    },
  ],
  asTold: (turns) =>
    endsWithTopic(turns, "password_reset", "resolved") &&
    endsWithTopic(turns, "api_401_diagnosis", "active", { authentication: "oauth" }),
  end: { en: "Nothing was asked twice.", de: "Nichts wurde zweimal gefragt." },
};

const IDENTITY: Scene = {
  title: { en: "Identity first, then a yes, then the write", de: "Erst die Identität, dann ein Ja, dann die Änderung" },
  steps: [
    {
      deed: { write: "Please schedule a data export" },
      before: { en: "This changes something in the org.", de: "Das ändert etwas in der Org." },
      after: { en: "So it has to know first who is writing.", de: "Also muss er erst wissen, wer schreibt." },
      look: "topics",
    },
    {
      deed: { fillIn: { email: EXPORTER } },
      after: {
        en: "A code goes to that address. The reply would be the same for an address nobody has.",
        de: "Ein Code geht an diese Adresse. Bei einer Adresse, die es nicht gibt, lautete die Antwort gleich.",
      },
      look: "actions",
    },
    {
      deed: { codeMailedTo: EXPORTER, slot: "code" },
      before: {
        en: "The mail lies in the demo org's mailbox; the tour takes the code from there.",
        de: "Die Mail liegt im Postfach der Demo-Org; die Führung nimmt den Code von dort.",
      },
      after: { en: "Verified. A form asks for the rest.", de: "Bestätigt. Ein Formular fragt den Rest." },
      look: "actions",
    },
    {
      deed: { fillIn: { objects: "Account, Contact", format: "CSV", frequency: "Weekly" } },
      after: {
        en: "Nothing is written yet: what the yes rests on can still be edited.",
        de: "Noch ist nichts geschrieben: Worauf das Ja beruht, lässt sich noch ändern.",
      },
      look: "topics",
    },
    {
      deed: { choose: "Yes" },
      after: {
        en: "One record, on the customer's yes: request, result and link.",
        de: "Ein Datensatz, auf das Ja hin: Anfrage, Ergebnis und Link.",
      },
      look: "actions",
    },
  ],
  asTold: (turns) =>
    turns.at(-1)?.actions.some(({ effect, status, confirmed }) => effect === "write" && status === "succeeded" && confirmed) === true,
  end: { en: "No write without identity and a yes.", de: "Keine Änderung ohne Identität und ein Ja." },
};

const UPSET: Scene = {
  title: { en: "An upset customer, and a person who knows the story", de: "Jemand ist verärgert, und ein Mensch kennt die Vorgeschichte" },
  steps: [
    {
      deed: { write: "This is completely unacceptable!" },
      before: { en: "Someone is upset.", de: "Jemand ist verärgert." },
      after: { en: "Feeling first: it apologises. The curve falls.", de: "Erst das Gefühl: Er entschuldigt sich. Die Kurve fällt." },
      look: "mood",
    },
    {
      deed: { write: "I've been trying to fix this for hours!" },
      before: { en: "It gets worse.", de: "Es wird schlimmer." },
      after: {
        en: "Frustration nears the line at which a person is brought in unasked.",
        de: "Der Frust nähert sich der Linie, ab der ungefragt ein Mensch kommt.",
      },
      look: "mood",
    },
    {
      deed: { write: "I want to speak to a manager NOW!" },
      before: { en: "Enough.", de: "Es reicht." },
      after: {
        en: "The agent falls silent. A Case holds the summary, the transcript and the mood.",
        de: "Der Agent schweigt. Ein Fall enthält Zusammenfassung, Verlauf und Stimmung.",
      },
      look: "actions",
    },
  ],
  asTold: (turns) => turns.at(-1)?.reply.some(({ kind, sources }) => kind === "handoff" && sources.length > 0) === true,
  end: {
    en: "The customer sees the place in the queue. This is what your people see:",
    de: "Hier steht der Platz in der Warteschlange. Und das sieht Ihr Team:",
  },
  operatorLink: true,
};

export const SCENES: readonly Scene[] = [QUESTION, DETOUR, IDENTITY, UPSET];

function isSourced(turn: Turn): boolean {
  return articlesCited(turn).length > 0;
}

function endsWithTopic(turns: readonly Turn[], name: string, status: string, slots: Record<string, string> = {}): boolean {
  const topic = turns.at(-1)?.topics.find((each) => each.name === name && each.status === status);
  return topic !== undefined && Object.entries(slots).every(([slot, value]) => topic.slots[slot] === value);
}
