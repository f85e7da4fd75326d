"""The words of the terminal's chat, in the languages it speaks. What the agent says comes from the server."""

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Texts:
    """`{}` stands for what the name says. `faults`: what would be right, by a field's type."""

    assistant: str
    named_assistant: str
    person: str
    you: str
    suggestions: str
    begin: str
    prompt: str
    prompt_code: str
    writing: str
    sending: str
    goes_on: str
    away: str
    trying: str
    back: str
    busy: str
    lost: str
    source_article: str
    source_record: str
    source_action: str
    version: str
    form_keys: str
    form_check: str
    form_left: str
    form_send: str
    optional: str
    empty: str
    edit: str
    nothing_changed: str
    choose: str
    missing: str
    faults: dict[str, str] = field(hash=False)
    you_are_next: str
    before_you_one: str
    before_you: str
    approval_pending: str
    with_person: str
    waiting_for_person: str
    with_agent: str
    closed_resolved: str
    closed_assumed: str
    closed: str
    rating: str
    rating_comment: str
    rating_thanks: str
    interrupted: str
    unknown_command: str
    nothing_asked: str
    nothing_said: str
    transcript_title: str
    transcript_saved: str
    transcript_needs_file: str
    transcript_exists: str
    transcript_failed: str
    not_in_pipe: str
    help: str


ENGLISH: Final = Texts(
    assistant="AI assistant",
    named_assistant="{} · AI assistant",
    person="Support team",
    you="You",
    suggestions="Questions others ask",
    begin="Write, or pick by number. /help lists the commands, Ctrl-D ends.",
    prompt="› ",
    prompt_code="code › ",
    writing="The assistant is writing",
    sending="Your message goes out",
    goes_on="The answer is still coming and is shown as soon as it is here.",
    away="The server cannot be reached. What you write is kept and goes out when it is back.",
    trying="Trying to reach the server",
    back="The server is back.",
    busy="A lot is being asked right now. Your message goes out in {} s.",
    lost="This conversation is not available any more. /new begins another.",
    source_article="Help article",
    source_record="Record",
    source_action="Action",
    version="version {}",
    form_keys="Enter keeps what stands in brackets, Ctrl-C leaves the form to answer in words.",
    form_check="Enter sends it, a number corrects that line.",
    form_left="The form is left. Answer in your own words; /form takes it up again.",
    form_send="send › ",
    optional="optional",
    empty="–",
    edit="Edit",
    nothing_changed="Nothing was changed.",
    choose="Please choose a number from 1 to {}.",
    missing="Please fill this in.",
    faults={
        "email": "An e-mail address looks like name@example.com.",
        "code": "The code has six digits.",
        "case_number": "A case number has digits, like 00001017.",
        "http_status": "A status has three digits, like 401.",
        "money": "Please write an amount, like 50 or 49.90 EUR.",
        "number": "Please write a number.",
        "date": "Please write a day as 2027-01-31.",
    },
    you_are_next="You are next.",
    before_you_one="One person is before you.",
    before_you="{} people are before you.",
    approval_pending="Waiting for a colleague's approval. You can go on meanwhile.",
    with_person="You are now talking with a person. The assistant stays silent.",
    waiting_for_person="A person from our team will answer here. The assistant stays silent.",
    with_agent="The AI assistant is answering again.",
    closed_resolved="This conversation is closed. We are glad that it is solved.",
    closed_assumed="This conversation was closed because nothing more was written.",
    closed="This conversation is closed.",
    rating="How was it? 1 (very bad) to 5 (very good); or write on.",
    rating_comment="What should we know? (optional) › ",
    rating_thanks="Thank you for your rating.",
    interrupted="Ctrl-C again or Ctrl-D ends.",
    unknown_command="There is no command {}. /help lists them; a message that begins with a slash is written with two.",
    nothing_asked="Nothing is asked for that could be filled in. Just write.",
    nothing_said="Nothing was said yet.",
    transcript_title="Conversation with {}",
    transcript_saved="Saved to {}.",
    transcript_needs_file="Name the file: /transcript conversation.txt",
    transcript_exists="{} exists already. Name another file.",
    transcript_failed="{} cannot be written ({}).",
    not_in_pipe="Forms are for people who type. Send the answer in words.",
    help="""\
1, 2, …            pick one of the choices shown
/new               begin another conversation
/person            ask for a person
/form              fill in what is asked for, or change what is to be confirmed, field by field
/inspect [on|off]  show how each answer came about (needs the operator key)
/why               the whole explanation of the last turn, in plain words
/transcript FILE   save the conversation as text
/help              this list
/quit              end (also Ctrl-D)
A message that begins with a slash is written with two: //…""",
)

GERMAN: Final = Texts(
    assistant="KI-Assistent",
    named_assistant="{} · KI-Assistent",
    person="Support-Team",
    you="Sie",
    suggestions="Das fragen andere",
    begin="Schreiben Sie, oder wählen Sie eine Nummer. /help zeigt die Befehle, Strg-D beendet.",
    prompt="› ",
    prompt_code="Code › ",
    writing="Der Assistent schreibt",
    sending="Ihre Nachricht geht hinaus",
    goes_on="Die Antwort kommt noch und wird gezeigt, sobald sie da ist.",
    away="Der Server ist nicht erreichbar. Was Sie schreiben, bleibt erhalten und geht hinaus, sobald er wieder da ist.",
    trying="Der Server wird gesucht",
    back="Der Server ist wieder da.",
    busy="Gerade wird sehr viel gefragt. Ihre Nachricht geht in {} s hinaus.",
    lost="Dieses Gespräch ist nicht mehr verfügbar. /new beginnt ein neues.",
    source_article="Hilfeartikel",
    source_record="Datensatz",
    source_action="Aktion",
    version="Version {}",
    form_keys="Die Eingabetaste behält, was in Klammern steht; mit Strg-C antworten Sie in eigenen Worten.",
    form_check="Die Eingabetaste sendet, eine Nummer berichtigt diese Zeile.",
    form_left="Das Formular ist verlassen. Antworten Sie in eigenen Worten; /form nimmt es wieder auf.",
    form_send="senden › ",
    optional="freiwillig",
    empty="–",
    edit="Ändern",
    nothing_changed="Es wurde nichts geändert.",
    choose="Bitte wählen Sie eine Nummer von 1 bis {}.",
    missing="Bitte füllen Sie das aus.",
    faults={
        "email": "Eine E-Mail-Adresse sieht so aus: name@example.com.",
        "code": "Der Code hat sechs Ziffern.",
        "case_number": "Eine Fallnummer hat Ziffern, etwa 00001017.",
        "http_status": "Ein Status hat drei Ziffern, etwa 401.",
        "money": "Bitte nennen Sie einen Betrag, etwa 50 oder 49,90 EUR.",
        "number": "Bitte geben Sie eine Zahl ein.",
        "date": "Bitte schreiben Sie den Tag so: 2027-01-31.",
    },
    you_are_next="Sie sind als Nächstes dran.",
    before_you_one="Eine Person ist vor Ihnen.",
    before_you="{} Personen sind vor Ihnen.",
    approval_pending="Wartet auf eine Freigabe. Sie können inzwischen weitermachen.",
    with_person="Sie sprechen jetzt mit einem Menschen. Der Assistent schweigt.",
    waiting_for_person="Ein Mensch aus unserem Team antwortet Ihnen hier. Der Assistent schweigt.",
    with_agent="Der KI-Assistent antwortet wieder.",
    closed_resolved="Dieses Gespräch ist beendet. Schön, dass es gelöst ist.",
    closed_assumed="Dieses Gespräch wurde beendet, weil nichts mehr geschrieben wurde.",
    closed="Dieses Gespräch ist beendet.",
    rating="Wie war es? 1 (sehr schlecht) bis 5 (sehr gut); oder schreiben Sie weiter.",
    rating_comment="Was sollten wir wissen? (freiwillig) › ",
    rating_thanks="Danke für Ihre Bewertung.",
    interrupted="Noch einmal Strg-C oder Strg-D beendet.",
    unknown_command="Den Befehl {} gibt es nicht. /help zeigt alle; eine Nachricht mit Schrägstrich am Anfang schreibt man mit zweien.",
    nothing_asked="Es ist nichts gefragt, was man ausfüllen könnte. Schreiben Sie einfach.",
    nothing_said="Bisher wurde nichts gesagt.",
    transcript_title="Gespräch mit {}",
    transcript_saved="Gespeichert in {}.",
    transcript_needs_file="Nennen Sie die Datei: /transcript gespraech.txt",
    transcript_exists="{} gibt es schon. Nennen Sie eine andere Datei.",
    transcript_failed="{} lässt sich nicht schreiben ({}).",
    not_in_pipe="Formulare sind für Menschen, die tippen. Senden Sie die Antwort in Worten.",
    help="""\
1, 2, …            eine der gezeigten Möglichkeiten wählen
/new               ein neues Gespräch beginnen
/person            nach einem Menschen fragen
/form              ausfüllen, wonach gefragt ist, oder ändern, was zu bestätigen ist, Feld für Feld
/inspect [on|off]  zeigen, wie jede Antwort zustande kam (braucht den Operator-Schlüssel)
/why               die ganze Erklärung des letzten Schritts, in einfachen Worten (englisch)
/transcript FILE   das Gespräch als Text speichern
/help              diese Liste
/quit              beenden (auch Strg-D)
Eine Nachricht, die mit einem Schrägstrich beginnt, schreibt man mit zweien: //…""",
)


def texts_in(language: str) -> Texts:
    """English where the language is not spoken here."""
    return GERMAN if language.startswith("de") else ENGLISH
