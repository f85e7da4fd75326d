import { useState } from "react";
import { APPEARANCES, type Appearance, keep, storedAppearance } from "../common/appearance";
import { MenuIcon } from "../common/icons";
import { useLanguage, useTexts } from "../common/TextsContext";
import { isLanguage, type Language, LANGUAGE_NAMES } from "../common/texts";
import { useSite } from "./site";

export interface MenuProps {
  onLanguage: (language: Language) => void;
  onNewConversation: () => void;
  /** Null where there is nothing of the kind. */
  onEarlier: (() => void) | null;
  onDownload: (() => void) | null;
}

const MENU = "chat-menu";

/** What one does seldom. */
export function Menu({ onLanguage, onNewConversation, onEarlier, onDownload }: MenuProps) {
  const texts = useTexts();
  const language = useLanguage();
  const [appearance, setAppearance] = useState(storedAppearance);
  const languages = useSite().languages.filter(isLanguage);

  const show = (chosen: Appearance) => {
    keep(chosen);
    setAppearance(chosen);
  };

  return (
    <>
      <button type="button" className="quiet round" aria-label={texts.menu} popoverTarget={MENU}>
        <MenuIcon />
      </button>
      <div id={MENU} className="menu" popover="auto">
        <Item label={texts.newConversation} onChoose={onNewConversation} />
        {onEarlier !== null && <Item label={texts.earlier} onChoose={onEarlier} />}
        {onDownload !== null && <Item label={texts.download} onChoose={onDownload} />}
        {languages.length > 1 && (
          <Choice
            title={texts.language}
            options={languages.map((each) => [each, LANGUAGE_NAMES[each]])}
            chosen={language}
            onChoose={onLanguage}
          />
        )}
        <Choice
          title={texts.appearance}
          options={APPEARANCES.map((each) => [each, texts.appearances[each]])}
          chosen={appearance}
          onChoose={show}
        />
      </div>
    </>
  );
}

function Item({ label, onChoose }: { label: string; onChoose: () => void }) {
  return (
    <button type="button" className="quiet" popoverTarget={MENU} popoverTargetAction="hide" onClick={onChoose}>
      {label}
    </button>
  );
}

interface ChoiceProps<Value extends string> {
  title: string;
  options: [Value, string][];
  chosen: Value;
  onChoose: (value: Value) => void;
}

function Choice<Value extends string>({ title, options, chosen, onChoose }: ChoiceProps<Value>) {
  return (
    <fieldset className="choice">
      <legend>{title}</legend>
      {options.map(([value, label]) => (
        <label key={value}>
          <input type="radio" name={title} checked={value === chosen} onChange={() => onChoose(value)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
