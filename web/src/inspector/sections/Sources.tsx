import type { Turn } from "../api";
import { Bar, Tag } from "../pieces";
import { Section } from "../Section";
import { useInspectorTexts } from "../texts";
import { articlesCited, percent } from "../words";

type Hit = Turn["hits"][number];

/** The articles that were found, how well each fits, and which the reply stands on. */
export function Sources({ turn }: { turn: Turn }) {
  const texts = useInspectorTexts();
  const used = new Set(articlesCited(turn).map(({ id }) => id));
  const articles = byArticle(turn.hits);
  const usedHere = articles.filter(([hit]) => used.has(hit.article_id)).length;
  return (
    <Section name="sources" title={texts.sources} fact={texts.sourcesKey(usedHere, articles.length)}>
      {articles.length === 0 ? null : (
        <>
          <div className="table-scroller" tabIndex={0} role="region" aria-label={texts.sources}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{texts.article}</th>
                  <th scope="col">{texts.text}</th>
                  <th scope="col">{texts.vector}</th>
                  <th scope="col">{texts.confidence}</th>
                </tr>
              </thead>
              {articles.map((hits) => (
                <ArticleRows key={hits[0].article_id} hits={hits} used={used.has(hits[0].article_id)} least={turn.min_confidence} />
              ))}
            </table>
          </div>
          <p className="faint">{texts.sourcesLine(percent(turn.min_confidence))}</p>
        </>
      )}
    </Section>
  );
}

function ArticleRows({ hits, used, least }: { hits: readonly [Hit, ...Hit[]]; used: boolean; least: number }) {
  const texts = useInspectorTexts();
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={4}>
          <span dir="auto">{hits[0].title}</span> {used && <Tag tone="good">{texts.used}</Tag>}{" "}
          <span className="faint">{texts.version(hits[0].version)}</span>
        </th>
      </tr>
      {hits.map((hit, index) => (
        <tr key={index} className={hit.confidence < least ? "short" : ""}>
          <th scope="row" dir="auto">
            {hit.section || texts.wholeArticle}
          </th>
          <td>{hit.text_score.toFixed(2)}</td>
          <td>{hit.vector_score.toFixed(2)}</td>
          <td>
            {percent(hit.confidence)}
            <Bar share={hit.confidence} line={least} faded={hit.confidence < least} />
          </td>
        </tr>
      ))}
    </tbody>
  );
}

/** The passages found, those of one article together; the best article first. */
function byArticle(hits: readonly Hit[]): [Hit, ...Hit[]][] {
  const articles = new Map<string, [Hit, ...Hit[]]>();
  for (const hit of hits) {
    const known = articles.get(hit.article_id);
    if (known === undefined) articles.set(hit.article_id, [hit]);
    else known.push(hit);
  }
  return [...articles.values()];
}
