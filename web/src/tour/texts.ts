import { useLanguage } from "../common/TextsContext";
import type { Language } from "../common/texts";

const english = {
  bar: "Demo",
  demo: "This is a demo. Write as a customer would.",
  take: "Take the tour",
  operator: "As an operator",
  tour: "Guided tour",
  scene: (number: number, count: number, title: string) => `Conversation ${number} of ${count}: ${title}`,
  play: "Play",
  pause: "Pause",
  step: "Next step",
  skip: "Next conversation",
  restart: "From the beginning",
  speed: (speed: number) => `Speed ${speed}×`,
  end: "End the tour (Esc)",
  visitor: "Paused: you are writing. Play goes on, with this conversation from its beginning if you have sent something.",
  over: "That was it. Now write to it yourself.",
  operatorView: "Open the operator's view",
  outcomes: { "as told": "went as told", otherwise: "went otherwise" },
};

type TourTexts = typeof english;

const german: TourTexts = {
  bar: "Demo",
  demo: "Das ist eine Demo. Schreiben Sie wie ein Kunde.",
  take: "Führung starten",
  operator: "Als Operator",
  tour: "Führung",
  scene: (number, count, title) => `Gespräch ${number} von ${count}: ${title}`,
  play: "Abspielen",
  pause: "Anhalten",
  step: "Nächster Schritt",
  skip: "Nächstes Gespräch",
  restart: "Von vorn",
  speed: (speed) => `Tempo ${speed}×`,
  end: "Führung beenden (Esc)",
  visitor: "Angehalten: Sie schreiben. Abspielen geht weiter; haben Sie etwas gesendet, beginnt dieses Gespräch von vorn.",
  over: "Das war es. Schreiben Sie nun selbst.",
  operatorView: "Ansicht des Operators öffnen",
  outcomes: { "as told": "lief wie erzählt", otherwise: "lief anders" },
};

const TEXTS: Record<Language, TourTexts> = { en: english, de: german };

export function useTourTexts(): TourTexts {
  return TEXTS[useLanguage()];
}
