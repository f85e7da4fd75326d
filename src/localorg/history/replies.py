"""What is written after the first message: by agents, in their manner, and by customers, in theirs."""

from localorg.history.desk import BY_CUSTOMER, INTERNAL, Said, Step
from localorg.history.scene import Scene, capitalised
from localorg.history.staff import Agent
from localorg.history.voice import formally, voiced
from localorg.history.writers import Signature

_GREETED = frozenset({Said.ACKNOWLEDGEMENT, Said.QUESTION, Said.RESOLUTION, Said.KNOWN, Said.RESTORED, Said.GIVEN_UP, Said.REMINDER, Said.APOLOGY, Said.REOPENED, Said.PROGRESS})  # fmt: skip


class Correspondence:
    """The comments of one case, in order."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._agent_wrote = False

    def text(self, step: Step) -> str:
        assert step.said is not None
        if step.text:
            return step.text
        if step.said in BY_CUSTOMER:
            return self._customer(step.said)
        assert step.by is not None
        scene = self._scene
        scene.values.set("agent", step.by.member.first_name)
        scene.values.set("agent_full", f"{step.by.member.first_name} {step.by.member.last_name}")
        return self._internal(step.said) if step.said in INTERNAL else self._reply(step.said, step.by)

    def _customer(self, said: Said) -> str:
        """Shorter than the first message, in the same hand."""
        scene, random = self._scene, self._scene.random
        if said is Said.ANSWER:
            text = scene.about("answer", generally=0.15)
        elif said is Said.CONFIRMATION:
            text = scene.about("confirm", generally=0.75)
        elif said is Said.OBJECTION and not scene.is_problem:
            text = scene.phrase("objection.question")
        else:
            text = (scene.phrase(f"{said}.angry") if scene.mood.angry else "") or scene.phrase(f"{said}.calm")
        text = voiced(text, scene.writer, scene.language, random)
        signed = scene.writer.signature is not Signature.NONE and random.random() < 0.3
        return f"{text}\n{scene.contact.first}" if signed else text

    def _internal(self, said: Said) -> str:
        scene, random = self._scene, self._scene.random
        if said is Said.NOTE:
            own = scene.internal("note") if random.random() < 0.75 else ""
            return own or scene.phrase("agent.note", scene.home)
        return scene.phrase(f"agent.{said}", scene.home)

    def _reply(self, said: Said, agent: Agent) -> str:
        scene, random = self._scene, self._scene.random
        manner = agent.member.manner
        core = self._core(said)
        if manner == "formal":
            core = formally(core, scene.language)
        opening = closing = ""
        if said in _GREETED and not (manner == "brief" and self._agent_wrote and random.random() < 0.6):
            opening = scene.phrase(f"agent.greeting.{manner}")
            closing = scene.phrase(f"agent.signoff.{manner}")
        if not self._agent_wrote and scene.mood.angry and random.random() < 0.75:
            core = f"{scene.phrase('agent.empathy')} {capitalised(core)}"
        self._agent_wrote = True
        if not opening.endswith(","):
            core = capitalised(core)
        separator = " " if manner == "brief" and opening.endswith((",", "-")) else "\n\n"
        if separator == " " and opening:
            return f"{opening} {core}" + (f"\n{closing}" if closing else "")
        return separator.join(part for part in (opening, core, closing) if part)

    def _core(self, said: Said) -> str:
        scene, random = self._scene, self._scene.random
        match said:
            case Said.QUESTION:
                lead = self._fitting("question_lead") if random.random() < 0.55 else ""
                return f"{lead} {scene.about('question', generally=0.1)}".strip()
            case Said.RESOLUTION | Said.SECOND_ANSWER if scene.is_problem or said is Said.RESOLUTION:
                lead = scene.phrase(f"agent.{said}_lead") if random.random() < 0.45 else ""
                after = scene.phrase("agent.after") if random.random() < 0.4 else ""
                core = scene.about("resolution") or scene.phrase("agent.second_answer")
                return " ".join(part for part in (lead, core, after) if part)
            case Said.PROGRESS:
                return scene.about("progress", generally=0.7) or scene.phrase("agent.progress")
            case _:
                return self._fitting(said)

    def _fitting(self, name: str) -> str:
        """Some phrases speak of a fault, which a mere question is not."""
        to_question = "" if self._scene.is_problem else self._scene.phrase(f"agent.{name}_to_question")
        return to_question or self._scene.phrase(f"agent.{name}")
