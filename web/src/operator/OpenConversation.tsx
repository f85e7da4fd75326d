import { useEffect, useSyncExternalStore } from "react";
import { useLiveConversation } from "../conversation/useLiveConversation";
import { Inspector } from "../inspector/Inspector";
import { InspectorView } from "../inspector/view";
import { useOperator } from "./api";
import { ConversationView } from "./ConversationView";
import { addressOf } from "./places";

const inspector = new InspectorView("casewright.inspector.operator");

/** A conversation live, and beside it how each answer came about. */
export function OpenConversation({ id, openTurn }: { id: string; openTurn: string | null }) {
  const operator = useOperator();
  const { log, connection } = useLiveConversation(id, operator.key);
  const { shown } = useSyncExternalStore(inspector.subscribe, inspector.current);

  useEffect(() => {
    if (openTurn !== null) inspector.show(true);
  }, [openTurn]);

  const choose = (turn: string | null) => {
    window.location.replace(addressOf({ name: "conversation", id, turn }));
  };
  const hide = () => {
    choose(null);
    inspector.show(false);
  };
  return (
    <>
      <ConversationView
        id={id}
        log={log}
        connection={connection}
        openTurn={openTurn}
        inspected={shown}
        onInspect={() => (shown ? hide() : inspector.show(true))}
      />
      {shown && connection.state !== "refused" && (
        <Inspector
          inspecting={operator}
          turns={log.turns}
          connection={connection}
          chosen={openTurn}
          onChoose={choose}
          onClose={hide}
          view={inspector}
        />
      )}
    </>
  );
}
