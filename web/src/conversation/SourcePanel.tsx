import { useEffect, useRef } from "react";
import { CloseIcon } from "../common/icons";
import { useTexts } from "../common/TextsContext";
import { SourceIcon } from "./SourceCards";
import { type QuotedSource, titleOf } from "./sources";

/** Shows one source: its kind, title, version and the sentences taken from it. Escape or a click beside it closes. */
export function SourcePanel({ opened, onClose }: { opened: QuotedSource | null; onClose: () => void }) {
  const texts = useTexts();
  const panel = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (opened !== null) panel.current?.showModal();
    else panel.current?.close();
  }, [opened]);

  const source = opened?.source;
  return (
    <dialog
      ref={panel}
      className="panel"
      aria-labelledby="source-title"
      onClose={onClose}
      onClick={(event) => event.target === panel.current && onClose()}
    >
      {opened !== null && source !== undefined && (
        <div className="panel-body">
          <header className="panel-header">
            <p className="panel-kind">
              <SourceIcon type={source.type} size={18} />
              {{ article: texts.sourceArticle, record: texts.sourceRecord, action: texts.sourceAction }[source.type]}
            </p>
            <button type="button" className="quiet round" aria-label={texts.close} onClick={onClose}>
              <CloseIcon />
            </button>
          </header>
          <h2 id="source-title" dir="auto">
            {titleOf(source)}
          </h2>
          {source.section && (
            <p className="faint" dir="auto">
              {source.section}
            </p>
          )}
          {source.version != null && <p className="faint">{texts.version(String(source.version))}</p>}
          {source.checked_on && <p className="faint">{texts.checkedOn(new Date(source.checked_on))}</p>}
          {source.url && (
            <p>
              <a href={source.url} target="_blank" rel="noreferrer noopener">
                {texts.whereFrom}
              </a>
            </p>
          )}
          {opened.quotes.length > 0 && (
            <>
              <h3>{texts.quote}</h3>
              {opened.quotes.map((quote) => (
                <blockquote key={quote} dir="auto">
                  {quote}
                </blockquote>
              ))}
            </>
          )}
        </div>
      )}
    </dialog>
  );
}
