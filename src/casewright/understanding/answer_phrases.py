"""How people answer, choose and correct, in English and German, with the basics of Spanish, French, Portuguese and Japanese.

Patterns only, as in `phrases`; what each means for an open question is decided in `answers` and `open_questions`.
"""

import re
from typing import Final

from casewright.understanding.phrases import any_of

# --- yes and no -------------------------------------------------------------------------------------------------------

YES: Final = any_of(
    r"y|yes|yeah|yea|yep|yup|yess+|absolutely|definitely|certainly|of course|sure(?: thing)?|go ahead|go for it|do it"
    r"|do that"
    r"|please do(?: so| it| that)?|please go ahead|proceed|(?:i )?confirm(?:ed)?|i agree|agreed|affirmative"
    r"|sounds good|yes please",
    r"(?:please )?(?:send|reset|raise|change|make|submit|continue with|do) (?:it|that)(?: now| please| then)?",
    r"j|ja|jawohl|jep|jo|klar|na klar|gerne?|genau|natürlich|selbstverständlich|unbedingt|auf jeden fall|einverstanden"
    r"|mach(?:en sie)? (?:das|es|mal)(?: bitte| so)?|nur zu|los geht'?s|bestätig\w*|ich bestätige|passt(?: so)?"
    r"|bitte ja|ja bitte",
    r"s[iíì]|claro(?: que s[ií])?|por supuesto|adelante|confirmo|hágalo|oui|bien sûr|d'accord|vas-y|allez-y|je confirme|volontiers"
    r"|tout à fait|sim|claro que sim|com certeza|pode(?: fazer)?|isso mesmo",
    r"はい(?:、?お願いします)?|ええ|うん|そうです|お願いします|承知しました|了解(?:です|しました)?",
)
# These also open other sentences, so alone they count as a yes and before anything else they do not.
WEAK_YES: Final = any_of(
    r"ok|okay|okey|k|alright|all right|right|correct|that'?s (?:right|correct)|fine|good|great|perfect|please|cool"
    r"|exactly|vale",
    r"gut|in ordnung|richtig|stimmt(?: so)?|korrekt|bitte(?: sehr| schön)?|alles klar|super|bueno|bon",
)
NO: Final = any_of(
    r"n|no|nope|nah|nay|no way|not now|not yet|not really|not at all|never|don'?t(?: do (?:it|that|so))?"
    r"|do not(?: do (?:it|that|so))?"
    r"|please don'?t|i don'?t (?:think so|want (?:that|this|it|to))|rather not|i'?d rather not|better not|negative",
    r"(?:absolutely|definitely|certainly|of course|sure(?:ly)?|rather|better) not",
    r"nein|nee|nö|ne|nicht|noch nicht|lieber nicht|besser nicht|auf keinen fall|keinesfalls|natürlich nicht"
    r"|bitte nicht|niemals"
    r"|gar nicht|eher nicht|nicht wirklich",
    r"non|no gracias|mejor no|ahora no|todavía no|pas du tout|non merci|pas maintenant|não(?: obrigad[oa])?|nao|melhor não|ainda não",
    r"いいえ|いえ|いや|違います|結構です|やめて(?:ください)?|やめます|しないでください|必要ありません",
)
SYMBOLS_OF_YES: Final = frozenset("👍✅👌✔")
SYMBOLS_OF_NO: Final = frozenset("👎❌🚫")
# Asks for a moment and says neither yes nor no.
PAUSE: Final = re.compile(
    r"\W*(?:(?:(?:oh|please|ach|bitte)\W+)?(?:wait|hold on|hang on|one (?:moment|second|sec)"
    r"|moment|warte(?:n sie)?|halt|augenblick|sekunde)"
    r"(?: (?:up|now|please|an? (?:moment|minute|second|sec|bit)|mal|bitte|kurz|noch|eben|einen moment))*(?!\w)\W*)+"
    r"|\W*(?:just |give me )?(?:an?|one) (?:moment|minute|second|sec)\b(?: please)?\W*"
    r"|\W*(?:einen?|kleinen) (?:kleinen )?(?:moment|augenblick|sekunde)\b(?: bitte| mal| noch)*\W*",
    re.IGNORECASE,
)
JOINED: Final = any_of(r"and|also|plus|und|auch|außerdem|y|et")

# --- corrections ------------------------------------------------------------------------------------------------------

CORRECTION: Final = re.compile(
    r"^\W*(?:(?:no|nope|sorry|wait|oops|nein|moment|ach|halt|quatsch|pardon|perdón|non|não|desculpe)\W+)*"
    r"(?:actually|i meant?|i mean|i was wrong|make (?:it|that)|change (?:it|that)(?: to)?|rather|instead|better"
    r"|correction|it'?s|it should be|should be|(?:that'?s |that is |it'?s )?(?:the |a )?wrong|typo|my mistake"
    r"|falsche\w*|(?:das ist |das war )(?:de[rm]|die|das) falsche\w*|(?:ich habe|hab) mich (?:vertippt|verschrieben|geirrt)|vertippt"
    r"|not \S+(?: \S+)?,? but|use|take|set it to|the other(?: one)?|ich meinte?|ich meine|doch lieber|lieber"
    r"|quería decir|quise decir|je voulais dire|(?:eu )?quis dizer"
    r"|eigentlich|korrektur|besser|sondern|statt\w*"
    r"|nicht \S+,? sondern|ändern sie (?:das|es)|nehmen sie|nimm|de[nr] anderen?|die andere|das andere)\b",
    re.IGNORECASE,
)
STARTS_WITH_NO: Final = re.compile(
    r"^\W*(?:(?:ach|oh|ah|aber|but)\W+)?(?:no|nope|not|nein|nee|nicht|non|não|perdón|desculpe|sorry|entschuldigung|wait|oops|moment|halt)\b[\s,.!;:-]*(?=\w)",
    re.IGNORECASE,
)
DENIED_VALUE: Final = re.compile(
    r"(?:\bnot|n't|\bnicht|\bstatt|\banstatt|\binstead of|\brather than)(?: \w+)?\s*$", re.IGNORECASE
)
# A value is set against another one.
DENIES: Final = any_of(r"not|instead of|rather than|nicht|(?:an)?statt")
THE_OTHER: Final = any_of(r"(?:the )?other(?: one)?|de[nrm] anderen?|die andere|das andere|der andere")
# Not what was named before.
ANOTHER: Final = any_of(
    r"(?:an)?other|different|new|else|second|andere[nrsm]?|weitere[nrsm]?|neue[nrsm]?|zweite[nrsm]?|otr[ao]|nuev[ao]|autre"
    r"|nouve(?:au|lle)|outr[ao]|nov[ao]"
)

# --- choices ----------------------------------------------------------------------------------------------------------

BOTH: Final = any_of(r"both|all of (?:them|these)|beides?|alle(?:s)?|alle beide|ambos|les deux")
NEITHER: Final = any_of(
    r"neither|none(?: of (?:these|them|those|the above))?|something else|nothing of (?:that|these)|kein(?:e|es|s"
    r"|er)? (?:davon|von beiden)|weder noch|etwas anderes|nichts davon|ninguno|aucun"
)
DO_NOT_KNOW: Final = any_of(
    r"(?:i )?(?:don'?t|do not) (?:know|remember|have (?:it|that|one|any))|no idea|not sure|unsure|can'?t (?:say|tell"
    r"|find it)|dunno|unknown",
    r"(?:ich )?wei(?:ß|ss) (?:es |ich )?(?:leider )?nicht|keine ahnung|nicht sicher|habe ich (?:leider )?nicht"
    r"|kann ich nicht sagen|unbekannt|no sé|je ne sais pas",
)
ORDINALS: Final = (
    any_of(
        r"(?:the )?(?:first|1st)(?: one| option)?|(?:option|number|nr\.?|no\.?|#) ?1|(?:der|die|das|den"
        r"|dem)? ?erste[nrs]?|el primero|le premier"
    ),
    any_of(
        r"(?:the )?(?:second|2nd|latter)(?: one| option)?|(?:option|number|nr\.?|no\.?|#) ?2|(?:der|die|das|den"
        r"|dem)? ?zweite[nrs]?|el segundo|le deuxième"
    ),
    any_of(
        r"(?:the )?(?:third|3rd)(?: one| option)?|(?:option|number|nr\.?|no\.?|#) ?3|(?:der|die|das|den"
        r"|dem)? ?dritte[nrs]?|el tercero|le troisième"
    ),
    any_of(
        r"(?:the )?(?:fourth|4th)(?: one| option)?|(?:option|number|nr\.?|no\.?|#) ?4|(?:der|die|das|den"
        r"|dem)? ?vierte[nrs]?"
    ),
    any_of(
        r"(?:the )?(?:fifth|5th)(?: one| option)?|(?:option|number|nr\.?|no\.?|#) ?5|(?:der|die|das|den"
        r"|dem)? ?fünfte[nrs]?"
    ),
)
LAST: Final = any_of(r"(?:the )?last(?: one| option)?|(?:der|die|das|den|dem)? ?letzte[nrs]?")
# What is wanted instead of an answer, by the name that a procedure gives it.
INSTEAD: Final = {
    "new_code": any_of(
        r"(?:(?:did|have|had)(?: not|n'?t)|never|not)(?: (?:yet|even|actually))? (?:get|got|gotten|receive[d]?|see|seen)",
        r"(?:do not|don'?t) have (?:the|a|any|your|that|my) (?:code|e-?mail|mail)",
        r"no (?:code|e-?mail|mail)(?: has| have)?(?: yet| so far| arrived| came| come| here| received| in my inbox)*",
        r"(?:code|e-?mail|mail|message|it)(?: (?:still|has|did|is))*(?: not|n'?t| never)(?: yet)? (?:come|came|arrived?|here|there)",
        r"nothing (?:has |yet )?(?:arrived|came|come|here|received|so far|in my inbox)",
        r"(?:re-?send|send|mail|e-?mail)(?: me)?(?: (?:it|the|a|that|this|another|new|one|code|mail|e-?mail))* again",
        r"re-?send(?: (?:it|me|the|a|that|this|another|new))*(?: (?:code|mail|e-?mail))?",
        r"(?:another|a new|new|a fresh|a different) code|where(?:'s| is) (?:the|my|that) (?:code|e-?mail|mail)",
        r"(?:noch )?kein(?:en|e)? (?:code|e-?mails?|mails?|nachricht)(?: \w+){0,3}",
        r"(?:habe|hab)(?: \w+){0,5} nicht(?:s)?(?: \w+)? (?:bekommen|erhalten|gekriegt)",
        r"(?:code|mail|e-?mail|es|nachricht)(?: (?:ist|kam|kommt|war))?(?: \w+)? nicht(?:s)?(?: \w+)?"
        r" (?:angekommen|gekommen|da|an|eingegangen)",
        r"nichts (?:angekommen|gekommen|bekommen|erhalten|da)|wo (?:ist|bleibt) (?:der|mein|die|meine) (?:code|mail|e-?mail)",
        r"(?:neue[nr]?|anderen|weiteren|frischen) code|code (?:noch ?mal|noch einmal|erneut|neu)",
        r"(?:noch ?mal|noch einmal|erneut|neu) (?:zu)?(?:schicken|senden|anfordern)|(?:schick|send)\w*(?: \w+){0,3} (?:noch ?mal"
        r"|noch einmal|erneut)",
    ),
    "other_address": any_of(
        r"(?:an)?(?:other|different|wrong|incorrect|old) (?:e-?mail |mail )?(?:address|e-?mail|mail|account)",
        r"(?:address|e-?mail|mail)(?: (?:is|was|there))* (?:wrong|incorrect|mistyped|misspelled|not right)",
        r"(?:typo|mistake) in (?:the|my) (?:e-?mail |mail )?(?:address|e-?mail|mail)|mistyped|misspelled",
        r"(?:no access|no longer have access|can(?:'?t|not) (?:access|open|get into|read)) (?:to )?(?:that|this|the|my) (?:address|mail"
        r"|e-?mail|mailbox|inbox|account)",
        r"(?:andere|falsche|alte)[nrs]? (?:e-?mail-?|mail-?)?(?:adresse|mail|e-?mail|postfach)",
        r"(?:adresse|mail|e-?mail)(?: (?:ist|war))? (?:falsch|verkehrt)|vertippt|verschrieben",
        r"(?:kein(?:en)? zugriff|komme nicht)(?: \w+){0,4} (?:adresse|mail|e-?mail|postfach)",
    ),
}
