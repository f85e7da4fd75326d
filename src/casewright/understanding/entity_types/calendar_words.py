"""The words of the calendar in English, German, Spanish, French, Portuguese and Japanese, as pieces of patterns."""

from typing import Final

from casewright.understanding import counts

_SMALL_NUMBERS = {
    1: "a an one einem einer einen eine ein un una une um uma 一",
    2: "deux dos dois duas 二",
    3: "tres trois três 三",
    4: "cuatro quatre quatro 四",
    5: "cinco cinq 五",
    6: "seis six 六",
    7: "siete sept sete 七",
    8: "ocho huit oito 八",
    9: "nueve neuf nove 九",
    10: "diez dix dez 十",
    12: "doce douze doze",
}
# Of the larger numbers, those that days and hours are counted in; each word costs time in every message.
_OFTEN_COUNTED = {*range(13), 14, 15, 20, 24, 30, 48, 60, 90}
NUMBERS: Final = {
    **{word: number for word, number in counts.WORDS.items() if number in _OFTEN_COUNTED},
    **{word: number for number, words in _SMALL_NUMBERS.items() for word in words.split()},
}
NUMBER: Final = rf"\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))}"

UNITS: Final = {
    "minute": r"minutes?|mins?|minuten?|minutos?|分(?:間)?",
    "hour": r"hours?|hrs?|stunden?|horas?|heures?|時間",
    "day": r"days?|tage?n?|d[ií]as?|jours?|日(?:間)?",
    "week": r"weeks?|wochen?|semanas?|semaines?|週(?:間)?",
    "month": r"months?|monate?n?|mes(?:es)?|mês|mois|[かヶカ]月(?:間)?",
    "quarter": r"quarters?|quartale?n?|quartals|trimestres?|四半期",
    "year": r"years?|jahre?n?|jahres|años?|anos?|ans?|années?|年(?:間)?",
    "weekend": r"weekends?|week-ends?|wochenendes?|fin de semana|fim de semana|週末",
}

MONTHS: Final = tuple(
    f"(?:{words})"
    for words in (
        r"january|januar|jänner|enero|janvier|janeiro|jan\.?",
        r"february|februar|febrero|février|fevereiro|feb\.?",
        r"march|märz|maerz|marzo|mars|março|mar\.",
        r"april|abril|avril|apr\.?",
        r"may|mai|mayo|maio",
        r"june|juni|junio|juin|junho|jun\.?",
        r"july|juli|julio|juillet|julho|jul\.?",
        r"august|agosto|août|aout|aug\.?",
        r"september|septiembre|septembre|setembro|sept?\.?",
        r"october|oktober|octubre|octobre|outubro|oct\.?|okt\.?",
        r"november|noviembre|novembre|novembro|nov\.?",
        r"december|dezember|diciembre|décembre|dezembro|dec\.?|dez\.?",
    )
)
"""From January on."""

WEEKDAYS: Final = tuple(
    f"(?:{words})"
    for words in (
        r"monday|montags?|lunes|lundi|segunda-feira|segunda|月曜日?",
        r"tuesday|dienstags?|martes|mardi|terça-feira|terça|火曜日?",
        r"wednesday|mittwochs?|miércoles|miercoles|mercredi|quarta-feira|quarta|水曜日?",
        r"thursday|donnerstags?|jueves|jeudi|quinta-feira|quinta|木曜日?",
        r"friday|freitags?|viernes|vendredi|sexta-feira|sexta|金曜日?",
        r"saturday|samstags?|sonnabends?|sábado|sabado|samedi|土曜日?",
        r"sunday|sonntags?|domingo|dimanche|日曜日?",
    )
)
"""From Monday on."""

DAYS_FROM_TODAY: Final = {
    -2: r"day before yesterday|vorgestern|anteayer|antier|avant-hier|anteontem|一昨日|おととい",
    -1: r"yesterday|gestern|ayer|(?<!l')hier|ontem|昨日|きのう",
    0: r"today|heute|hoy|aujourd['’]hui|hoje|今日|本日",
    1: r"tomorrow|morgen|demain|amanhã|mañana|明日|あした",
    2: r"day after tomorrow|übermorgen|pasado mañana|après-demain|depois de amanhã|明後日",
}

# Hours of the day from and to; beyond 24 they lie in the next day.
PARTS: Final = (
    (0, 6, r"early hours"),
    (
        6,
        12,
        r"(?:early )?morning|früh(?:er)? morgen|vormittags?|früh|morgens?|mañana|matin(?:ée)?|manhã|午前(?:中)?|朝",
    ),
    (11, 14, r"noon|midday|lunch ?time|mittags?|mediodía|midi|meio-dia|正午|昼"),
    (12, 18, r"(?:late |early )?afternoon|nachmittags?|tarde|après-midi|午後"),
    (18, 24, r"(?:late |early )?evening|abends?|soir(?:ée)?|夕方|晩"),
    (18, 30, r"nights?|nachts?|noche|nuit|noite|夜"),
)
# What names a part of a day and which day at once: days from today, hours.
PARTS_OF_DAYS: Final = (
    (
        0,
        6,
        12,
        r"this morning|heute (?:morgen|früh|vormittag)|esta mañana|ce matin|esta manhã|hoje de manhã|今朝",
    ),
    (0, 11, 14, r"heute mittag"),
    (0, 12, 18, r"this afternoon|heute nachmittag|esta tarde|cet(?:te)? après-midi|今日の午後"),
    (0, 18, 24, r"this evening|heute abend|ce soir|今晩"),
    (0, 18, 30, r"tonight|heute nacht|esta noche|cette nuit|esta noite|今夜"),
    (-1, 18, 30, r"last night|letzte nacht|vergangene nacht|anoche|la nuit dernière|昨夜|昨晩"),
)

LAST: Final = r"last|past|previous|letzte[nrms]?|vorige[nrms]?|vergangene[nrms]?"
THIS: Final = r"this|current|diese[nrms]?|est[ae]|ces?|cette|cet"
NEXT: Final = r"next|coming|upcoming|nächste[nrms]?|kommende[nrms]?|próxim[oa]|proxim[oa]"
AFTER_LAST: Final = r"pasad[oa]|passad[oa]|dernière?|passée?|últim[oa]"
AFTER_NEXT: Final = r"que viene|que vem|prochaine?|próxim[oa]"
UNITS_IN_ONE_WORD: Final = {
    ("week", -1): "先週",
    ("week", 0): "今週",
    ("week", 1): "来週",
    ("month", -1): "先月",
    ("month", 0): "今月",
    ("month", 1): "来月",
    ("year", -1): "去年|昨年",
    ("year", 0): "今年",
    ("year", 1): "来年",
}
