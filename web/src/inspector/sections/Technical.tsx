import { useState } from "react";
import { useLanguage } from "../../common/TextsContext";
import { localeFor } from "../../common/texts";
import { CodeListing } from "../../conversation/CodeListing";
import type { Turn } from "../api";
import { Facts } from "../pieces";
import { Section } from "../Section";
import { useInspectorTexts } from "../texts";
import { inWords } from "../words";

/** What the turn ran on, and the ways to look at it elsewhere. */
export function Technical({ turn }: { turn: Turn }) {
  const texts = useInspectorTexts();
  const locale = localeFor(useLanguage());
  const [asJson, setAsJson] = useState(false);
  return (
    <Section name="technical" title={texts.technical} fact={turn.configuration_digest}>
      <Facts
        facts={[
          { name: texts.configuration, value: <code>{turn.configuration_digest}</code> },
          { name: texts.model, value: turn.model_version || "–" },
          { name: texts.knowledge, value: turn.knowledge_revision === 0 ? "–" : String(turn.knowledge_revision) },
          { name: texts.trigger, value: texts.triggers[turn.trigger] ?? inWords(turn.trigger) },
          { name: texts.ended, value: texts.results[turn.result] ?? inWords(turn.result) },
          { name: texts.at, value: new Date(turn.at).toLocaleString(locale) },
          { name: texts.turnId, value: <code>{turn.id}</code> },
        ]}
      />
      <h4>{texts.terminal}</h4>
      <CodeListing code={`casewright explain ${turn.id}`} marks={null} />
      <button type="button" className="outlined small" aria-expanded={asJson} onClick={() => setAsJson(!asJson)}>
        {texts.asJson}
      </button>
      {asJson && <CodeListing code={JSON.stringify(turn, null, 2)} marks={null} />}
    </Section>
  );
}
