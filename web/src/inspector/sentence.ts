import type { Command, Turn } from "./api";
import { HAND_OVER_FRUSTRATION } from "./thresholds";
import type { InspectorTexts } from "./texts";
import { articlesCited, capitalised, inWords, shortened, topicTitle } from "./words";

const LONGEST_QUESTION = 100;
const IDENTITY = "verify_identity";

type Texts = InspectorTexts["sentence"];

/** A turn as a service lead tells it: what was wanted, what was done about it, what is asked now. */
export function sentenceOf(turn: Turn, { sentence: texts }: InspectorTexts): string {
  const clauses = [
    ...new Set([...turn.accepted.map((command) => decided(command, turn, texts)), ...done(turn, texts)]),
    ...outcome(turn, texts),
  ].filter((clause) => clause !== "");
  const told = (clauses.length > 0 ? clauses : [nothingElse(turn, texts)]).join("; ");
  const lead = leadOf(turn, texts);
  return withEnd(capitalised(lead === "" ? told : `${lead}: ${told}`));
}

function withEnd(sentence: string): string {
  return /[.?!…]["”“]?$/.test(sentence) ? sentence : `${sentence}.`;
}

const REQUESTS: ReadonlySet<string> = new Set(["StartProcedure", "AnswerFromKnowledge", "ResumeTopic", "CancelTopic"]);

function leadOf(turn: Turn, texts: Texts): string {
  if (turn.trigger !== "message") return texts.byTrigger[turn.trigger] ?? inWords(turn.trigger);
  const requests = turn.accepted.filter(({ command }) => REQUESTS.has(command)).length;
  return requests > 1 ? texts.requests(requests) : "";
}

function decided(command: Command, turn: Turn, texts: Texts): string {
  const topic = (name: string) => texts.quote(topicTitle(turn, name));
  switch (command.command) {
    case "StartProcedure":
      return isOpen(turn, command.procedure) ? texts.goesOn(topic(command.procedure)) : texts.started(topic(command.procedure));
    case "AnswerFromKnowledge":
      return answered(turn, texts);
    case "SetSlot":
      return texts.noted(slotsIn(turn).map(texts.quote).join(", "));
    case "Confirm":
      return texts.tookYes;
    case "Decline":
      return texts.tookNo;
    case "ResumeTopic":
      return texts.resumed(topic(command.topic));
    case "CancelTopic":
      return command.topic == null ? "" : texts.cancelled(topic(command.topic));
    case "HumanHandoff":
      return texts.person;
    case "SmallTalk":
      return texts.smallTalk[command.kind] ?? texts.replied;
    case "CannotHandle":
      return texts.cannot[command.reason] ?? inWords(command.reason);
    case "Clarify":
      return texts.clarified;
  }
}

function isOpen(turn: Turn, procedure: string): boolean {
  return turn.topics_before.some(({ name, status }) => name === procedure && ["active", "paused", "waiting"].includes(status));
}

function slotsIn(turn: Turn): string[] {
  return [...new Set(turn.accepted.flatMap((command) => (command.command === "SetSlot" ? [inWords(command.slot)] : [])))];
}

function answered(turn: Turn, texts: Texts): string {
  const titles = [...new Set(articlesCited(turn).map(({ title }) => title))];
  return titles.length === 0 ? texts.noAnswer : texts.answered(titles.map(texts.quote).join(", "));
}

function done(turn: Turn, texts: Texts): string[] {
  return turn.actions.map(({ action, status, code, effect }) => {
    const what = texts.quote(capitalised(inWords(action)));
    if (status === "uncertain") return texts.uncertain(what);
    if (status !== "succeeded") return texts.failedAt(what, inWords(code));
    return effect === "write" ? texts.did(what) : texts.lookedUp(what);
  });
}

/** Where it leaves the customer. */
function outcome(turn: Turn, texts: Texts): string[] {
  const isNew = ({ id, status }: Turn["topics"][number]) =>
    !turn.topics_before.some((before) => before.id === id && before.status === status);
  const said = (kind: string) => turn.reply.findLast((part) => part.kind === kind);
  const question = said("question");
  const handedOver = said("handoff") !== undefined && !turn.accepted.some(({ command }) => command === "HumanHandoff");
  return [
    turn.topics.some((topic) => topic.name === IDENTITY && topic.status === "active" && isNew(topic)) ? texts.identity : "",
    said("empathy") === undefined ? "" : texts.apologised,
    handedOver ? (turn.frustration >= HAND_OVER_FRUSTRATION ? texts.personFrustration : texts.person) : "",
    turn.recovery.length > 0 ? texts.recovered : "",
    turn.topics.some((topic) => topic.status === "waiting" && isNew(topic)) ? texts.awaitsApproval : "",
    question === undefined ? "" : texts.asked(texts.quote(shortened(question.text, LONGEST_QUESTION))),
  ];
}

function nothingElse(turn: Turn, texts: Texts): string {
  if (turn.reply.length > 0) return texts.replied;
  return turn.result === "human" ? texts.left : texts.silent;
}
