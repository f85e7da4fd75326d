import { createContext, useContext } from "react";
import { LANGUAGES, type Language, type Texts } from "./texts";

/** The language that the page speaks. */
export const LanguageContext = createContext<Language>("en");

export function useLanguage(): Language {
  return useContext(LanguageContext);
}

export function useTexts(): Texts {
  return LANGUAGES[useLanguage()];
}
