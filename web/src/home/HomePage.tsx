import { useEffect, useState } from "react";
import { bodyOf, clientFor } from "../api/client";
import type { components } from "../api/schema";
import { Mark } from "../common/Mark";
import { TOUR_COMPANY } from "../tour/company";
import { clearAddress, type OperatorKeys, operatorKeys } from "./operatorKeys";

type Company = components["schemas"]["Company"];

/** What this is; and, on a demo, the companies to talk with. */
export function HomePage() {
  const [companies, setCompanies] = useState<readonly Company[] | null>(null);
  const [keys] = useState(operatorKeys);

  useEffect(() => {
    clearAddress();
    void bodyOf(clientFor(null).GET("/v1/demo")).then(
      (demo) => setCompanies(demo.companies),
      () => setCompanies([]), // not a demo
    );
  }, []);

  return (
    <main className="home">
      <header>
        <Mark size={56} />
        <h1>Casewright</h1>
        <p className="lead">
          An AI service agent for Salesforce. It answers customers from your own articles and shows its sources, carries
          out your procedures after a yes, and hands over to your people with the whole story.
        </p>
      </header>
      {companies === null && <div className="skeleton" aria-busy="true" />}
      {companies !== null && companies.length > 0 && <Demo companies={companies} keys={keys} />}
      {companies?.length === 0 && (
        <section className="card">
          <h2>The server is running</h2>
          <p>
            A chat opens at <code>/chat#key=</code> followed by the publishable key of its site. Service agents sign in to
            the <a href="/operator">operator page</a> with their key. The API is described <a href="/docs">here</a>.
          </p>
        </section>
      )}
    </main>
  );
}

function Demo({ companies, keys }: { companies: readonly Company[]; keys: OperatorKeys }) {
  const toured = companies.find(({ name, publishable_key }) => name === TOUR_COMPANY && publishable_key in keys);
  const inspected = companies.some(({ publishable_key }) => publishable_key in keys);
  return (
    <>
      {toured !== undefined && (
        <a className="card tour-card" href={chatAddress(toured, keys, "&tour=1")}>
          <h2>Take the tour</h2>
          <p>A good minute: four conversations play in the real chat, and the inspector beside it shows how each answer came about.</p>
          <span className="go">Start it</span>
        </a>
      )}
      <p>
        Be a customer of one of these companies{inspected && ", with the inspector beside the chat"}; then look at the same
        conversation as its operator.
      </p>
      <ul className="companies">
        {companies.map((company) => (
          <CompanyCard key={company.publishable_key} company={company} keys={keys} />
        ))}
      </ul>
      <p className="faint">
        {inspected ? (
          "The links on this page carry the operators' keys, for this tab."
        ) : (
          <>
            The inspector, the tour and the <a href="/operator">operator page</a> need an operator's key: open the link that{" "}
            <code>casewright demo</code> printed, or take a key from <code>demo.json</code>, in the demo's data directory.
          </>
        )}{" "}
        The API is described <a href="/docs">here</a>.
      </p>
    </>
  );
}

function CompanyCard({ company, keys }: { company: Company; keys: OperatorKeys }) {
  const german = company.language === "de";
  const operatorKey = keys[company.publishable_key];
  return (
    <li lang={company.language}>
      <a className="card" href={chatAddress(company, keys)}>
        <h2>{company.name}</h2>
        <p>{company.tagline}</p>
        <span className="go">{german ? "Chat öffnen" : "Open the chat"}</span>
      </a>
      {operatorKey !== undefined && (
        <a className="as-operator" href={`/operator#key=${encodeURIComponent(operatorKey)}`}>
          {german ? "Als Operator" : "As an operator"}
          <span className="visually-hidden"> ({company.name})</span>
        </a>
      )}
    </li>
  );
}

function chatAddress({ publishable_key, language }: Company, keys: OperatorKeys, more = ""): string {
  const operatorKey = keys[publishable_key];
  const operator = operatorKey === undefined ? "" : `&operator=${encodeURIComponent(operatorKey)}`;
  return `/chat#key=${encodeURIComponent(publishable_key)}&language=${language}${operator}${more}`;
}
