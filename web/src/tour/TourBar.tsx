import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { resumeWriting } from "../chat/focus";
import { CheckIcon, CloseIcon, NextIcon, PauseIcon, PlayIcon, RestartIcon, StepIcon, WarningIcon } from "../common/icons";
import { useLanguage } from "../common/TextsContext";
import type { Player, TourState } from "./player";
import { SCENES } from "./script";
import { useTourTexts } from "./texts";

interface Props {
  player: Player;
  onEnd: () => void;
  /** Where an operator sees the conversation that is played. */
  operatorAddress: string;
}

const FAST = 2;

/** What is to be seen right now, and the buttons of a player. */
export function TourBar({ player, onEnd, operatorAddress }: Props) {
  const texts = useTourTexts();
  const language = useLanguage();
  const state = useSyncExternalStore(player.subscribe, player.current);
  useEscape(onEnd);
  const playing = state.phase === "playing";
  const title = SCENES[state.scene]?.title[language] ?? "";
  const caption = { visitor: texts.visitor, over: texts.over }[state.phase as string] ?? state.caption?.[language] ?? "";
  return (
    <section className="tour-bar" aria-label={texts.tour}>
      <Scenes state={state} />
      <div className="tour-words">
        {state.phase !== "over" && <p className="tour-title">{texts.scene(state.scene + 1, SCENES.length, title)}</p>}
        <p className="tour-caption" role="status">
          {caption === title ? "" : caption}
        </p>
        {state.operatorLink && (
          <a href={operatorAddress} target="_blank" rel="noopener noreferrer">
            {texts.operatorView}
          </a>
        )}
      </div>
      <div className="tour-buttons" role="group" aria-label={texts.tour}>
        <TourButton label={playing ? texts.pause : texts.play} onClick={() => (playing ? player.pause() : player.play())}>
          {playing ? <PauseIcon /> : <PlayIcon />}
        </TourButton>
        <TourButton label={texts.step} disabled={state.phase === "over"} onClick={() => player.step()}>
          <StepIcon />
        </TourButton>
        <TourButton label={texts.skip} disabled={state.phase === "over"} onClick={() => player.skip()}>
          <NextIcon />
        </TourButton>
        <TourButton label={texts.restart} onClick={() => player.restart()}>
          <RestartIcon />
        </TourButton>
        <TourButton label={texts.speed(state.speed)} onClick={() => player.setSpeed(state.speed === 1 ? FAST : 1)}>
          <span aria-hidden="true">{state.speed}×</span>
        </TourButton>
        <TourButton
          label={texts.end}
          onClick={() => {
            onEnd();
            resumeWriting();
          }}
        >
          <CloseIcon />
        </TourButton>
      </div>
    </section>
  );
}

interface ButtonProps {
  label: string;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function TourButton({ label, disabled = false, onClick, children }: ButtonProps) {
  return (
    <button type="button" className="quiet round" aria-label={label} title={label} disabled={disabled} onClick={onClick}>
      {children}
    </button>
  );
}

/** The scenes as dots: which went as told, which is playing, which are to come. */
function Scenes({ state }: { state: TourState }) {
  const texts = useTourTexts();
  const language = useLanguage();
  return (
    <ol className="tour-scenes">
      {SCENES.map((scene, index) => {
        const outcome = state.outcomes[index] ?? null;
        const current = index === state.scene && state.phase !== "over";
        return (
          <li key={scene.title.en} aria-current={current ? "step" : undefined} data-outcome={outcome}>
            <span className="visually-hidden">
              {scene.title[language]} {outcome !== null && `(${texts.outcomes[outcome]})`}
            </span>
            <span aria-hidden="true">
              {outcome === "as told" && <CheckIcon size={14} />}
              {outcome === "otherwise" && <WarningIcon size={14} />}
              {outcome === null && index + 1}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** Escape ends the tour, unless it is to close what lies over the page. */
function useEscape(onEnd: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (document.querySelector("dialog[open], :popover-open") === null) onEnd();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [onEnd]);
}
