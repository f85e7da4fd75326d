import type { Connection } from "../conversation/follow";
import { useOnline, useSecondsUntil } from "../common/hooks";
import { WarningIcon } from "../common/icons";
import { hurryUp } from "../common/patience";
import { useTexts } from "../common/TextsContext";
import type { Delay } from "./state/session";

interface Props {
  connection: Connection | null;
  delay: Delay | null;
  hasOutgoing: boolean;
}

/** Says what keeps the chat waiting, while something does. */
export function Banner({ connection, delay, hasOutgoing }: Props) {
  const texts = useTexts();
  const online = useOnline();
  const seconds = useSecondsUntil(delay?.limited === true ? delay.until : null);
  const interrupted = connection?.state === "waiting" && !connection.limited;

  let message: string | null = null;
  if (!online) message = texts.offline;
  else if (delay !== null && hasOutgoing) message = delay.limited ? texts.limited(seconds) : texts.delayed;
  else if (interrupted) message = texts.reconnecting;

  return (
    <div className="banner-place" role="status">
      {message !== null && (
        <div className="banner">
          <WarningIcon size={18} />
          <span>{message}</span>
          {online && delay?.limited !== true && (
            <button type="button" className="quiet small" onClick={hurryUp}>
              {texts.tryNow}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
