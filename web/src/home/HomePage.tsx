import { useEffect, useState } from "react";
import { bodyOf, clientFor } from "../api/client";
import { Mark } from "../common/Mark";

interface Company {
  name: string;
  publishable_key: string;
  language: string;
  tagline: string;
}

/** What this is; and, on a demo, the companies to talk with. */
export function HomePage() {
  const [companies, setCompanies] = useState<Company[] | null>(null);

  useEffect(() => {
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
      {companies !== null && companies.length > 0 && <Demo companies={companies} />}
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

function Demo({ companies }: { companies: Company[] }) {
  return (
    <>
      <p>Two things to try: be a customer of one of these companies, then look at the same conversation as its operator.</p>
      <ul className="companies">
        {companies.map((company) => (
          <li key={company.publishable_key} lang={company.language}>
            <a className="card" href={`/chat#key=${encodeURIComponent(company.publishable_key)}&language=${company.language}`}>
              <h2>{company.name}</h2>
              <p>{company.tagline}</p>
              <span className="go">{company.language === "de" ? "Chat öffnen" : "Open the chat"}</span>
            </a>
          </li>
        ))}
      </ul>
      <p className="faint">
        The <a href="/operator">operator page</a> asks for an operator key: it stands in <code>demo.json</code>, in the
        demo's data directory. The API is described <a href="/docs">here</a>.
      </p>
    </>
  );
}
