import { useCallback, useEffect, useRef, useState } from "react";
import { Player, type Stage } from "./player";

interface Tour {
  /** Null while no tour is on. */
  player: Player | null;
  begin: () => void;
  end: () => void;
}

/** The tour on this page; begins by itself, once, where a `speed` is given. */
export function useTour(speed: number | null, stage: Stage): Tour {
  const [player, setPlayer] = useState<Player | null>(null);
  const begun = useRef(false);

  useEffect(() => {
    if (speed === null || begun.current) return;
    begun.current = true;
    setPlayer(new Player(stage, speed));
  }, [speed, stage]);
  useEffect(() => {
    if (player === null) return;
    const ending = new AbortController();
    void player.run(ending.signal);
    return () => ending.abort();
  }, [player]);

  return {
    player,
    begin: useCallback(() => setPlayer(new Player(stage, 1)), [stage]),
    end: useCallback(() => setPlayer(null), []),
  };
}
