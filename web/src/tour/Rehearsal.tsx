import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { bodyOf, clientFor } from "../api/client";
import { Failure } from "../api/failure";
import { BesideReply } from "../chat/besideReply";
import { useSite } from "../chat/site";
import type { ChatSession } from "../chat/state/session";
import { useLiveConversation } from "../conversation/useLiveConversation";
import { Inspector } from "../inspector/Inspector";
import "../inspector/inspector.css";
import { InspectorView } from "../inspector/view";
import { TOUR_COMPANY } from "./company";
import { DemoBar } from "./DemoBar";
import { LookInside } from "./LookInside";
import { turnOfReply, useStage } from "./stage";
import "./tour.css";
import { TourBar } from "./TourBar";
import { useTour } from "./useTour";

interface Props {
  operatorKey: string;
  session: ChatSession;
  /** The tour's speed where it is to begin at once, else null. */
  tour: number | null;
  /** The server is no rehearsal, so the key has no business here. */
  onRefused: () => void;
  children: ReactNode;
}

/** On a rehearsal server the inspector stands beside the chat, and below them a bar with the tour; on any other nothing does. */
export default function Rehearsal(props: Props) {
  const [queries] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={queries}>
      <Page {...props} />
    </QueryClientProvider>
  );
}

function Page({ operatorKey, session, tour, onRefused, children }: Props) {
  const rehearsing = useRehearsing(onRefused);
  const inspecting = useMemo(() => ({ key: operatorKey, client: clientFor(operatorKey) }), [operatorKey]);
  const [view] = useState(() => new InspectorView("casewright.inspector"));
  const { shown, chosen } = useSyncExternalStore(view.subscribe, view.current);
  const { conversations, current } = useSyncExternalStore(session.subscribe, session.current);
  const id = conversations.find(({ key }) => key === current)?.access?.id ?? null;
  const { log, connection } = useLiveConversation(rehearsing ? id : null, operatorKey);
  const fits = useSite().name === TOUR_COMPANY;
  const { player, begin, end } = useTour(rehearsing && fits ? tour : null, useStage(session, view, inspecting, log));

  useEffect(() => view.choose(null), [view, id]);

  const lookInside = (replyId: string) => {
    const turn = turnOfReply(log, replyId);
    if (turn === null) return null;
    const look = () => {
      view.choose(turn);
      view.show(true);
    };
    return <LookInside looking={turn === chosen} onLook={look} />;
  };
  const operatorAddress = `/operator#key=${encodeURIComponent(operatorKey)}${id === null ? "" : `&conversation=${id}`}`;
  return (
    <BesideReply value={lookInside}>
      <div className="rehearsal">
        <div className="chat-page">
          {children}
          {rehearsing && shown && (
            <Inspector
              inspecting={inspecting}
              turns={log.turns}
              connection={connection}
              chosen={chosen}
              onChoose={(turn) => view.choose(turn)}
              onClose={() => view.show(false)}
              view={view}
            />
          )}
        </div>
        {rehearsing && player !== null && <TourBar player={player} onEnd={end} operatorAddress={operatorAddress} />}
        {rehearsing && player === null && (
          <DemoBar
            inspected={shown}
            onInspect={() => view.show(!shown)}
            onTour={fits ? begin : null}
            operatorAddress={operatorAddress}
          />
        )}
      </div>
    </BesideReply>
  );
}

/** Whether the server is a rehearsal, as soon as it says so. */
function useRehearsing(onRefused: () => void): boolean {
  const [rehearsing, setRehearsing] = useState(false);
  const refused = useRef(onRefused);
  useEffect(() => {
    void bodyOf(clientFor(null).GET("/v1/demo")).then(
      () => setRehearsing(true),
      (error: unknown) => Failure.of(error).status === 404 && refused.current(),
    );
  }, []);
  return rehearsing;
}
