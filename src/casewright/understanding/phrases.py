"""What people say to steer a conversation, in English and German, with the basics of Spanish, French, Portuguese and Japanese.

Patterns only; what each means in a given situation is decided in `dialogue`.
"""

import re
from typing import Final

Phrase = re.Pattern[str]


def any_of(*alternatives: str) -> Phrase:
    """Matches any of the alternatives as whole words, in any case."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)


# --- results ----------------------------------------------------------------------------------------------------------

FILLERS: Final = any_of(
    r"please|thanks|thank you(?: very much)?|then|now|that'?s (?:right|correct|fine|ok)|of course|sir|madam|so|that"
    r"|it|just|very much",
    r"bitte|danke|vielen dank|dann|jetzt|das|es|ist|so|mal|doch|gerne?|schön|sehr|por favor|gracias|merci"
    r"|s'il vous plaît|por gentileza|obrigad[oa]|お願いします|ありがとう(?:ございます)?",
)
HEDGES: Final = any_of(
    r"but|aber|pero|mais|except|only if|if|wenn|falls|unless|although|however|instead|rather|maybe|perhaps|vielleicht"
    r"|wait|before"
    r"|first|zuerst|erst|not sure|nicht sicher|just not|actually|eigentlich|sondern|statt\w*"
)
IT_WORKS: Final = any_of(
    r"(?:it|that|this|everything)(?: all)? (?:works|worked|helped|did it|is working|is fixed|is solved|fixed it"
    r"|solved it)(?: now| again| for me)?",
    r"(?:works|working|fixed|solved|sorted|resolved|all good|all set|all fine)(?: now| again| thanks)?",
    r"(?:did|does) the trick|problem (?:is )?(?:solved|gone|fixed)|got it(?: working)?|that answers (?:it"
    r"|my question)|perfect|great|awesome"
    r"|excellent|wonderful|i'?m (?:all )?(?:set|good)|it'?s (?:fixed|solved|working|ok|fine|gone)(?: now)?|good now",
    r"(?:es |das |jetzt |alles )?(?:funktioniert|geht|läuft|klappt)(?: es)?(?: jetzt| wieder| nun| alles)*"
    r"|(?:ya |ahora )?funciona(?: agora)?|resuelto|resolvido|ça (?:marche|fonctionne)|résolu|(?:解決|成功)しました|直りました|できました"
    r"|hat (?:alles )?(?:funktioniert|geklappt|geholfen)"
    r"|(?:problem|fehler|frage) (?:ist )?(?:gelöst|behoben|beantwortet|weg)|erledigt|super|perfekt|prima"
    r"|alles (?:klar|gut|bestens|in ordnung)",
)
STILL_BROKEN: Final = any_of(
    r"(?:still|it|that|this|which)(?: still| just)? (?:not|doesn'?t|does not|didn'?t|did not|isn'?t|is not|won'?t"
    r"|fails|broken|failing)",
    r"not (?:working|solved|fixed|helpful|resolved|quite)|still (?:the same|broken|failing|get\w*|nothing|no|not)"
    r"|same (?:error|problem|issue|thing)"
    r"|no luck|doesn'?t (?:work|help)|does not (?:work|help)|didn'?t (?:work|help)|did not (?:work|help)",
    r"still (?:there|refused|rejected|invalid|the case|happens|happening|appears|occurs|see\w*)|(?:error|problem|issue|it) (?:persists?|remains|keeps)"
    r"|nothing (?:has )?changed|no (?:change|difference|improvement)|unchanged|worse|(?:no|without) success|as before",
    r"unverändert|wie vorher|kein(?:e|en)? (?:änderung|unterschied|besserung|erfolg)|ohne erfolg|nichts (?:hat sich )?geändert"
    r"|(?:fehler|problem|meldung)(?: \w+){0,2} (?:weiter(?:hin)?|noch|wieder)|weiterhin",
    r"(?:geht|funktioniert|klappt|hilft|läuft)(?: \w+)? nichts?|immer noch|noch immer|nicht (?:gelöst|geholfen|gebracht"
    r"|behoben)|gleiche[rs]? (?:fehler|problem)"
    r"|(?:leider |noch )nicht|hat nichts gebracht",
    r"(?:sigue sin|todavía no|aún no|no) funciona(?:r)?|(?:ne |n')?(?:marche|fonctionne) (?:toujours )?pas|ainda não funciona|não funciona"
    r"|まだ(?:できません|だめです|直りません|同じです)",
)

# --- small talk -------------------------------------------------------------------------------------------------------

GREETING: Final = any_of(
    r"hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|hi there|hello there|hey there",
    r"hallo|hallöchen|moin(?: moin)?|servus|grüß gott|grüezi|guten (?:tag|morgen|abend)|schönen guten (?:tag|morgen"
    r"|abend)|tag",
    r"hola|buenos días|buenas(?: tardes| noches)?|bonjour|bonsoir|salut|ciao|こんにちは|你好|привет|مرحبا|olá|oi|bom dia|boa (?:tarde|noite)"
    r"|おはよう(?:ございます)?|こんばんは|もしもし",
)
# Who is writing, after a greeting: "Ada from the sales team in Cork here". A name has capitals, which the rest need not have.
_NAME = r"[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’.-]*){0,2}"
_OF = r"(?:,? (?i:from|of|at|von|vom|aus|bei)(?: (?i:the|der|dem))?(?: [\w&.'’-]+){1,3}(?: in(?: [\w'’-]+){1,2})?)"
INTRODUCTION: Final = re.compile(
    rf"(?<!\w)(?:(?i:my name is|this is|mein name ist|hier (?:ist|spricht)) {_NAME}{_OF}?(?: (?i:here|speaking))?"
    rf"|{_NAME}{_OF}? (?i:here|hier|speaking))(?!\w)"
)
THANKS: Final = any_of(
    r"thanks?(?: you)?(?: so much| very much| a lot| again| for (?:your|the) \w+)*|thx|ty|cheers|many thanks"
    r"|much appreciated|i appreciate it",
    r"danke(?:schön| schön| sehr| ihnen| dir)?(?: für (?:die|ihre|deine) \w+(?: \w+)?)?|(?:vielen|herzlichen|besten"
    r"|tausend|lieben) dank(?: für (?:die|ihre|deine) \w+)?|merci(?: beaucoup)?|(?:muchas )?gracias|(?:muito )?obrigad[oa]"
    r"|(?:どうも)?ありがとう(?:ございます|ございました)?",
)
GOODBYE: Final = any_of(
    r"(?:no,? )?(?:that'?s|that is|that was|that will be) (?:all|it|everything)(?: for (?:today|now))?|nothing else"
    r"|no more questions|i'?m done"
    r"|bye(?: bye)?|goodbye|good bye|see you(?: later| soon)?|have a (?:nice|good|great) (?:day|one|evening|weekend)"
    r"|talk to you later|good night|take care",
    r"(?:nein,? )?das (?:war|wäre|ist) alles|nichts (?:mehr|weiter)|keine (?:weiteren )?fragen(?: mehr)?|tschüss"
    r"|tschüs|ciao|auf wiedersehen|bis (?:bald|dann|später)|schönen (?:tag|abend)(?: noch)?|schönes wochenende|adiós"
    r"|au revoir|hasta luego|eso es todo|nada más|c'est tout|tchau|até logo|isso é tudo|さようなら|以上です",
)

# --- steering ---------------------------------------------------------------------------------------------------------

CANCEL: Final = any_of(
    r"never ?mind|nevermind|forget (?:it|about it|that)|cancel(?: (?:it|that|this|everything|all|the (?:request"
    r"|process|procedure|whole thing)))?"
    r"|stop(?: (?:it|that|this|the process))?|abort(?: (?:it|that|this))?|scratch that|leave it(?: for now)?"
    r"|(?:let'?s )?(?:drop|skip|leave) (?:it|that|this)"
    r"|i(?:'ve| have)? changed my mind|(?:there'?s )?no need(?: any ?more| any longer)?"
    r"|it doesn'?t matter(?: any ?more)?|i don'?t need (?:it|that) (?:any ?more|any longer)",
    r"vergiss (?:es|das)|vergessen sie (?:es|das)|abbrechen|abbruch|brich(?: das| es)? ab|brechen sie(?: das"
    r"| es)?(?: bitte)? ab|stopp?|lassen wir (?:das|es)"
    r"|lass(?:en sie)? (?:es|das)(?: sein| gut sein)?|egal|(?:das )?hat sich (?:erledigt|geklärt)|nicht mehr nötig"
    r"|doch nicht|schon gut|anders überlegt",
    r"olvídalo|cancelar?|déjalo|laisse[rz]? tomber|annule[rz]?|deixa(?: pra lá)?|esquece|キャンセル(?:してください|します)?|もういいです",
)
CANCEL_NAMED: Final = re.compile(
    r"^(?:please )?(?:cancel|abort|drop|forget(?: about)?|skip|abbrechen|vergiss|vergessen sie) "
    r"(?:the|my|this|that|das|die|den|meine?n?)? ?(?P<what>[^?]{2,60})$",
    re.IGNORECASE,
)
_PERSON = (
    r"(?:(?:a|an|your|the|some|another|real|live|actual|human|senior|support|customer service|eine[nmr]?|ihre[nmr]?"
    r"|echte[nmr]?"
    r"|richtige[nmr]?|de[nmr]|unser\w*) )*"
    r"(?:person|people|humans?|human being|agents?|representative|rep|manager|supervisor|operator|someone(?: else"
    r"| real)?|somebody"
    r"|employee|colleague(?: of yours)?|support team|boss|technician|advis[oe]r|specialist|customer service"
    r"|mensch(?:en)?"
    r"|mitarbeiter(?:in)?|person|berater(?:in)?|kolleg(?:en|in)|chef(?:in)?|vorgesetzten?|techniker|jemande[mn]"
    r"|jemand|kundendienst|kundenservice)"
)
PERSON_WANTED: Final = any_of(
    rf"(?:talk|speak|chat|discuss this|write)(?: directly)? (?:to|with) {_PERSON}",
    rf"(?:connect|transfer|put|pass|hand|refer|forward|escalate)(?: (?:me|us|this|it))(?: (?:over|through|on))? (?:to"
    rf"|with) {_PERSON}",
    r"(?:get|give|find|bring|fetch)(?: me| us)? (?:a |an |your |the |some )?(?:real |live |actual |human )*(?:person"
    r"|human|agent|manager|supervisor|representative)",
    rf"(?:have a|a) (?:word|chat|call) with {_PERSON}",
    r"(?:get|give|find|bring) (?:me|us) (?:someone|somebody)",
    r"(?:want|need|prefer|like)(?: to have)? (?:a |an )?(?:real (?:person|human|agent|employee)|live (?:person|agent"
    r"|chat)|human(?: being| agent)?|actual (?:person|human))",
    r"(?:(?:have|let|ask) (?:someone|somebody|a \w+) (?:to )?)?(?:call|phone|ring) me(?: back)?(?: please)?",
    r"(?:rufen sie|ruf) mich (?:bitte )?(?:an|zurück)|(?:verbinden|leiten|stellen) sie mich (?:\w+ ){0,6}(?:durch"
    r"|weiter)|verbinden sie mich",
    rf"mit {_PERSON} (?:\w+ )?(?:sprechen|reden|schreiben|telefonieren|verbunden|verbinden|chatten)",
    r"(?:den|die|ihren|ihre) (?:chef(?:in)?|vorgesetzten?|manager(?:in)?) (?:sofort )?(?:sprechen|haben)",
    r"(?:hablar|chatear) con (?:una persona|un agente|alguien|un humano)|parler (?:à|avec) (?:un (?:humain|agent"
    r"|conseiller)|une (?:vraie )?personne|quelqu'un)",
    r"falar com (?:uma pessoa|um atendente|alguém|um humano)",
    r"(?:担当者|オペレーター|人間|人)(?:と|に)(?:直接)?(?:話したい(?:です)?|話させて(?:ください)?|つないで(?:ください)?|繋いで(?:ください)?)",
)
PERSON_ALONE: Final = re.compile(
    r"\W*(?:a |an |einen? )?(?:live |real |echten? )?(?:human|agent|person|representative|operator|manager|supervisor"
    r"|mitarbeiter|mensch(?:en)?|kundendienst"
    r"|berater)(?:,? (?:please|now|bitte|sofort))*\W*",
    re.IGNORECASE,
)
NO_MACHINE: Final = any_of(
    r"(?:don'?t|do not|not|no) (?:want|like|wish|more)?(?: to)?(?: (?:talk|speak|chat|write))?(?: (?:to|with))? ?(?:a"
    r"|an|this|the)? ?(?:bots?|robots?|machines?|ai|computers?)",
    r"(?:nicht mit|keine[nm]?|kein) (?:eine[mr] )?(?:bots?|roboter|maschinen?|ki|computer)(?: \w+)?",
)
DENIED_BEFORE: Final = re.compile(
    r"(?:n't|not|no need to|without|instead of|never|nicht|kein\w*|ohne)(?: \w+){0,4}\s*$", re.IGNORECASE
)
# "Customers can chat with an agent": others would, not the one who writes.
OTHERS_BEFORE: Final = re.compile(
    r"\b(?:customers?|clients?|visitors?|users?|people|buyers?|kund(?:en|innen)|besucher|nutzer)(?: \w+){0,3}\s*$",
    re.IGNORECASE,
)
REQUEST: Final = any_of(r"request")
# Words that stand for something said before.
SAID_BEFORE: Final = any_of(
    r"it|its|this|these|those|them|they|their|he|she|him|his|hers?|that(?= (?:be|is|was)\b|\W*$)"
    r"|das|es|dies(?:e[mnrs]?)?|ihn|ihm|dessen|deren|dafür|damit|davon|dazu"
)
# A value and the words that say what it is.
VALUE: Final = re.compile(r"\[[A-Z_]+_\d+\]|\d")
DETAILS: Final = re.compile(
    r"(?:\[[A-Z_]+_\d+\]|[\W\d]|(?:my|our|the|is|are|it|its|s|it's|this|here|and|or|at|on|under|by|you|can|reach|call|me|for"
    r"|as|reference|private|work|business|e|mail|email|address|mailbox|phone|telephone|mobile|cell|number|no|name|user"
    r"|username|login|account|card|credit|customer|contract|case|ticket|id|org|organisation|organization|company"
    r"|meine?|unsere?|der|die|das|ist|sind|lautet|lauten|und|oder|unter|sie|erreichen|mich|adresse|mailadresse|telefon"
    r"|telefonnummer|handy|handynummer|nummer|benutzer|benutzername|konto|karte|kreditkarte|kundennummer|vertrag"
    r"|vertragsnummer|fall|fallnummer|ticketnummer|firma)(?!\w))+",
    re.IGNORECASE,
)
RESUME: Final = re.compile(
    r"(?:^|(?<=[\s,;.!?]))(?:(?:now|and|so|ok(?:ay)?|then|let'?s|can we|could we|please|i'?d like to|i want to|jetzt"
    r"|nun|und|dann|können wir|bitte"
    r"|go|get|come|turn|switch|move|return) )*"
    r"(?:back to|return to|continue(?: with)?|carry on(?: with)?|go on(?: with)?|resume|pick up|proceed with|as for"
    r"|coming back to"
    r"|zurück zu[mr]?|weiter mit|weiter geht'?s(?: mit)?|machen wir(?: \w+){0,4} weiter|zum thema|noch mal zu[mr]?"
    r"|nochmal zu[mr]?)\b"
    r" ?(?P<what>[^.!?\n]*)",
    re.IGNORECASE,
)
NOW_THE: Final = re.compile(
    r"(?:^|[,;.!?] ?)(?:ok(?:ay)?,? |and |und |so |then |dann )*(?:now|next|jetzt|nun)(?: to| for| about| wieder"
    r"| zu[mr]?)? (?:the|my|our|that|der|die|das|dem|den|mein\w*) "
    r"(?P<what>[^.!?\n]{2,60})",
    re.IGNORECASE,
)
SOMETHING_EARLIER: Final = any_of(
    r"that|it|this|the (?:other|first|previous|last|earlier|original)(?: \w+)?|my (?:other|first|previous|last"
    r"|earlier|original)(?: \w+)?"
    r"|what (?:i|we) (?:asked|were doing|was doing|had)(?: \w+)*|where we (?:were|left off|stopped)|before|earlier"
    r"|where i was",
    r"dem|vorhin|davor|vorher|de[mrn] (?:anderen|ersten|vorigen|letzten)(?: \w+)?|meiner (?:ersten|anderen"
    r"|vorigen)(?: \w+)?|wo waren wir",
)
WHERE_WERE_WE: Final = any_of(r"where were we|wo waren wir(?: stehen ?geblieben)?")
FIRST: Final = any_of(r"first|original|ersten?|ursprünglichen?")


# --- reports, references, choices -------------------------------------------------------------------------------------

DONE: Final = any_of(
    r"(?:is|are|has been|have been|got|was)(?: now| already| all| finally| just)* (?:reset|done|fixed|solved|resolved"
    r"|unlocked|changed|updated|working"
    r"|finished|completed?|sorted|raised|settled|back)",
    r"(?:i(?:'ve| have)?|we(?:'ve| have)?)(?: now| already| just| finally)* (?:reset|changed|done|fixed|got|updated"
    r"|finished|solved|completed|received|set) (?:it|that|the|my|this|everything|a)\b.*",
    r"(?:works|working) (?:now|again)|(?:all )?done|that'?s (?:done|settled|sorted)",
    r"(?:ist|wurde|sind)(?: \w+){0,2} (?:zurückgesetzt|erledigt|gelöst|behoben|geändert|fertig|entsperrt|geklärt|da"
    r"|angekommen)",
    r"(?:habe|hab|haben)(?: \w+){0,4} (?:zurückgesetzt|geändert|erledigt|gelöst|bekommen|erhalten)|(?:geht"
    r"|funktioniert|klappt) (?:jetzt|wieder)",
)
# What was wrong is no more.
GONE: Final = any_of(
    r"(?:error|problem|issue|message|warning)s? (?:is |are |has |have )?(?:now |all )?(?:gone|disappeared|went away|vanished)",
    r"no (?:more |longer any )?(?:errors?|problems?|issues?)(?: any ?more| now)|(?:does not|doesn'?t) (?:happen|appear|fail)"
    r" (?:any ?more|any longer)|(?:up and )?running (?:now|again)|(?:can|could) (?:now )?(?:log|sign|get) (?:in|on) (?:now|again)",
    r"(?:fehler|problem|meldung)(?: \w+){0,2} (?:weg|verschwunden|behoben|gelöst)|kein(?:e|en)? (?:fehler|problem|meldung)\w* mehr",
    r"(?:is not|isn'?t|not) (?:failing|happening|broken|stuck|blocked)(?: \w+)? (?:any ?more|any longer)",
    r"jetzt (?:geht|funktioniert|klappt|läuft)(?!(?: \w+){0,3} (?:nicht|nichts|kein))|(?:geht|funktioniert|klappt|läuft)"
    r"(?! \w* ?(?:nicht|nichts|kein))(?: \w+){0,2} (?:jetzt|wieder|nun)",
)
VAGUE: Final = any_of(
    r"(?:the|that|this|my|same) (?:thing|issue|problem|question|matter|stuff|topic|one|request)s? (?:that )?(?:(?:i"
    r"|we|you) )?(?:already )?"
    r"(?:asked|mentioned|told|talked|said|wrote|discussed|had|described|from before|from earlier|before|earlier"
    r"|last time|again|yesterday)(?: \w+){0,2}",
    r"(?:what|which) (?:i|we) (?:asked|talked|mentioned|said|discussed)(?: about)?(?: before| earlier)?"
    r"|same as (?:before|last time|always)|the usual(?: thing)?",
    r"you know what i mean|as i said(?: before)?|like i said",
    r"(?:die|der|das|mein|meine) (?:sache|ding|thema|problem|frage|anliegen)(?: von (?:vorhin|gestern|neulich"
    r"|letztens)| wie (?:immer|vorher))"
    r"|(?:die |das )?(?:sache|ding),? (?:nach de[rm] ich|von de[rm] ich|die ich|das ich)(?: \w+){0,3}"
    r"|das von (?:vorhin|gestern|neulich)|wie (?:vorhin|immer|letztes mal)",
)
# A whole message that asks for help and says nothing of what for.
NOTHING_SAID: Final = re.compile(
    r"(?:(?:please|hi|hello|hey|hallo|guten tag|bitte|so|well|um+|ok)\W+)*"
    r"(?:(?:can|could|would|will) (?:you|someone|anybody|anyone) (?:please )?help(?: me| us)?(?: with (?:it|that|this"
    r"|something))?|(?:please )?help(?: me| us)?|i need (?:some |your )?help"
    r"|i (?:have|'?ve got|got) (?:a|an|another|some) (?:question|problem|issue)s?|(?:there is|there'?s) (?:a"
    r"|an) (?:problem|issue)|(?:please )?fix (?:it|this|that)|it (?:does not|doesn'?t|is not|isn'?t) work(?:ing)?"
    r"|what now|and now|why|how|what|huh|problem|issue|question|error|hilfe|helfen sie mir|kannst du mir helfen"
    r"|können sie mir helfen|ich brauche (?:bitte )?hilfe"
    r"|ich habe (?:da )?(?:eine|noch eine|mal eine) frage|ich habe ein problem|es (?:geht|funktioniert) nicht|was nun"
    r"|und jetzt|warum|wieso|frage|problem|fehler)"
    r"(?:\W+(?:please|bitte|thanks|danke|now|asap))*\W*",
    re.IGNORECASE,
)
# Words that may stand in small talk without making it anything else.
COMPANY: Final = any_of(
    r"there|all|team|support|service|everyone|everybody|folks|guys|friends?|dear|again|anyone|bot|mr|mrs|ms"
    r"|how are you|hope you'?re well|quick|fast|great"
    r"|kind|reply|response|answer|help|info|information|advice|effort|patience|time|for|your|the|my|you|a|lot|to|hear"
    r"|glad|good|nice|day|and|have|one|i|all",
    r"zusammen|leute|herr|frau|liebe[rs]?|kundenservice|kundendienst|nochmal|schnelle|tolle|gute|antwort|hilfe"
    r"|auskunft|mühe|geduld|für|die|ihre|deine|und"
    r"|wie geht'?s|wie geht es ihnen|ich|ihnen|dir|allen|alle|noch|einen|tag",
)

QUESTION_OPENER: Final = re.compile(
    r"^\W*(?:and |und |also |but |aber |so )*(?:how|why|what|where|when|who|which|whose|is|are|do|does|did|can|could"
    r"|would|will|should|may"
    r"|wie|warum|wieso|weshalb|was|wo|wann|wer|welche[rsnm]?|wohin|womit|kann|können|könnten|darf|muss|soll|gibt|ist"
    r"|sind|haben|hat"
    r"|cómo|por qué|qué|dónde|cuándo|comment|pourquoi|où|quand)\b",
    re.IGNORECASE,
)
REQUEST_OPENER: Final = re.compile(
    r"^\W*(?:(?:please|bitte|hi|hello|hallo|also|and|und|now|first|actually|ok(?:ay)?)\W+)*"
    r"(?:can you|could you|would you|i(?: also| still| really)? (?:need|want|would like|forgot|can'?t|cannot)"
    r"|i'?d like|we (?:need|want|can'?t|cannot)|help me"
    r"|reset|unlock|raise|change|send|show|tell|give|check|explain|find|set|export|import|add|remove|cancel|connect"
    r"|transfer|escalate"
    r"|können sie|könnten sie|kannst du|ich (?:brauche|möchte|will|habe .* vergessen)|wir (?:brauchen|möchten)|zeigen"
    r"|schicken|setzen|erhöhen|ändern|prüfen|erklären)\b",
    re.IGNORECASE,
)


# Asks for information; "what about 3?" proposes something.
INFORMATION_OPENER: Final = re.compile(
    r"\W*(?:and |und )?(?:how(?! about)|why|what(?! about| i me)|where|when|who|which|wie(?! wäre| wär)|warum|wieso|was(?! ist mit| ich)"
    r"|wo|wann|wer|welche[rsnm]?)\b",
    re.IGNORECASE,
)
FACT_OPENER = re.compile(
    r"\W*(?:(?:and|also|but|by the way|hello|hi|hey|ok(?:ay)?|quick question|so|well|und|aber|hallo|kurze frage|übrigens)\b\W*)*"
    r"(?:how (?:big|far|fast|late|large|long|many|much|often|soon)|(?:by|from|since|until) when|which(?! (?:case|ticket|request))"
    r"|what (?:are the|causes|counts|does|happens|is the (?:deadline|difference|limit|maximum|minimum))"
    r"|when (?:are|can|do|does|is|must|will)|who (?:can|decides|is|may)|why (?:are|do|does|is)"
    r"|are there|do (?:i|we|you) (?:have|need)|does|is (?:it|there)"
    r"|wie (?:groß|hoch|lange|oft|schnell|viele?)|(?:ab|bis|seit) wann|wann|warum|welche\w*(?! (?:f[aä]ll|ticket|anfrage))"
    r"|was (?:bedeutet|ist der unterschied|kostet|passiert|verursacht|zählt)|wer (?:darf|entscheidet|kann)"
    r"|darf|gibt es|kann man|muss (?:ich|man|wir))\b",
    re.I,
)
# A matter of the customer's own: by whose it is, by the case that is meant, or by what is left of it.
OWN = re.compile(
    r"\b(?:me|mine|my|our|ours|us|mein\w*|mir|uns|unser\w*"
    r"|(?:the|this|that|these|those|de[rmns]|das|die|diese\w*) (?:\w+ )?(?:cases?|tickets?|requests?|f[aä]lle?n?|falls|anfragen?)"
    r"|(?:case|ticket|fall) (?:number|nummer|no\.?|nr\.?)|(?:left|remaining|still free|übrig|noch frei)(?=\W*$))\b"
    r"|\[[A-Z_]+_\d+\]|(?<!\w)\d{6,}(?!\w)",
    re.I,
)


def is_question(text: str) -> bool:
    """Whether prose asks something; a question mark inside a longer text that is pasted does not count."""
    return QUESTION_OPENER.match(text) is not None or text.rstrip(" \n\"')").endswith("?")


HOW_TO = re.compile(
    r"^\W*(?:and |und )?(?:how (?:do|can|could|would|should|to)|wie (?:kann|können|mache?n?))\b", re.IGNORECASE
)
_CLAUSE_END = re.compile(r"[.!;,:\n]|\b(?:and|but|or|so|und|aber|oder)\b", re.IGNORECASE)


def asks_somewhere(text: str) -> bool:
    """Whether any clause of a longer piece asks something."""
    return "?" in text or any(QUESTION_OPENER.match(clause) for clause in _CLAUSE_END.split(text))


def asks_for_a_fact(text: str) -> bool:
    """Whether a piece asks how something is in general, rather than for anything of the customer's own to be done."""
    return FACT_OPENER.match(text) is not None and OWN.search(text) is None


def asks(text: str) -> bool:
    """Whether a piece asks a question or for something to be done, rather than telling something."""
    return is_question(text) or REQUEST_OPENER.match(text) is not None


_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_GREETS = re.compile(
    r"^(hello|hi|hey|dear|good (morning|day|afternoon|evening)|guten (morgen|tag|abend)|hallo|moin|servus|liebes?)\b",
    re.I,
)
_SIGNS_OFF = re.compile(
    r"^(thanks|thank you|many thanks|regards|best|kind regards|cheers|danke|vielen dank|viele grüße|mit freundlichen)\b",
    re.I,
)
_LONGEST_PLEASANTRY = 14
"""Words; a longer sentence says something, however it begins."""


def without_pleasantries(text: str) -> str:
    """What is left to look up: without a greeting before and a signature after it. The whole text if nothing else is."""
    sentences = _SENTENCE_END.split(text.strip())
    while len(sentences) > 1 and _is_pleasantry(_GREETS, sentences[0]):
        sentences.pop(0)
    while len(sentences) > 1 and _is_pleasantry(_SIGNS_OFF, sentences[-1]):
        sentences.pop()
    return " ".join(sentences)


def _is_pleasantry(pattern: re.Pattern[str], sentence: str) -> bool:
    return bool(pattern.match(sentence)) and "?" not in sentence and len(sentence.split()) <= _LONGEST_PLEASANTRY
