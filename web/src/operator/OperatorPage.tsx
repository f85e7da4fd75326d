import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { clientFor } from "../api/client";
import { Failure } from "../api/failure";
import { useFragment } from "../common/hooks";
import { OperatorContext } from "./api";
import { ApprovalsView } from "./ApprovalsView";
import { Inbox } from "./Inbox";
import { KeyForm } from "./KeyForm";
import { OpenConversation } from "./OpenConversation";
import { forgetOperatorKey, keepOperatorKey } from "./operatorKey";
import { type Place, placeOf } from "./places";
import { Sidebar } from "./Sidebar";

/** The page at `/operator`: asks for a key, then shows the inbox. */
export function OperatorPage({ initialKey }: { initialKey: string | null }) {
  const [key, setKey] = useState(initialKey);
  const [refused, setRefused] = useState(false);

  if (key === null) {
    return (
      <KeyForm
        refused={refused}
        onKey={(given) => {
          keepOperatorKey(given);
          setRefused(false);
          setKey(given);
        }}
      />
    );
  }
  const leave = (because: "refused" | "signed out") => {
    forgetOperatorKey();
    setRefused(because === "refused");
    setKey(null);
  };
  return (
    <SignedIn
      key={key}
      operatorKey={key}
      onRefused={() => leave("refused")}
      onSignOut={() => leave("signed out")}
    />
  );
}

interface SignedInProps {
  operatorKey: string;
  onRefused: () => void;
  onSignOut: () => void;
}

function SignedIn({ operatorKey, onRefused, onSignOut }: SignedInProps) {
  const [queries] = useState(() => queriesFor(onRefused));
  const operator = useMemo(() => ({ key: operatorKey, client: clientFor(operatorKey) }), [operatorKey]);
  const place = placeOf(useFragment());
  return (
    <QueryClientProvider client={queries}>
      <OperatorContext value={operator}>
        <div className={`operator at-${place.name}`}>
          <Sidebar place={place} onSignOut={onSignOut} />
          <main>
            <Content place={place} />
          </main>
        </div>
      </OperatorContext>
    </QueryClientProvider>
  );
}

function Content({ place }: { place: Place }) {
  useEffect(() => {
    document.title = `${{ inbox: "Inbox", approvals: "Approvals", conversation: "Conversation" }[place.name]} · Casewright`;
  }, [place.name]);

  if (place.name === "approvals") return <ApprovalsView />;
  return (
    <>
      <Inbox openId={place.name === "conversation" ? place.id : null} />
      {place.name === "conversation" ? (
        <OpenConversation key={place.id} id={place.id} openTurn={place.turn} />
      ) : (
        <p className="nothing-open faint">Choose a conversation to read it, answer, or see how an answer came about.</p>
      )}
    </>
  );
}

const MOST_RETRIES = 3;

function queriesFor(onRefused: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof Failure && error.remedy === "authenticate") onRefused();
      },
    }),
    defaultOptions: {
      queries: {
        retry: (count, error) => count < MOST_RETRIES && ["retry", "wait"].includes(Failure.of(error).remedy),
        retryDelay: (count, error) => Failure.of(error).retryAfterMs ?? 500 * 2 ** count,
      },
    },
  });
}
