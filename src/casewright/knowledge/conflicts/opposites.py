"""Words that exclude each other, by their stems. English and German."""

import re
from collections.abc import Iterator
from typing import Final

_PAIRS: Final = """
enable/disable activate/deactivate allow/forbid allow/prohibit allow/prevent permit/prohibit permit/forbid allow/block
increase/decrease increase/reduce raise/lower raise/reduce grow/shrink rise/fall add/remove add/delete include/exclude
insert/remove open/close open/shut opened/closed lock/unlock block/unblock freeze/unfreeze start/stop start/end begin/end
begin/stop start/finish before/after more/less more/fewer above/below over/under first/last required/optional
mandatory/optional mandatory/voluntary free/paid free/chargeable monthly/yearly monthly/annually daily/weekly daily/monthly
weekly/monthly hourly/daily early/late earlier/later keep/delete keep/discard keep/lose keep/cancel accept/reject
accept/refuse approve/reject approve/deny grant/deny grant/refuse grant/revoke always/never everybody/nobody
everyone/nobody everything/nothing all/none automatic/manual automatically/manually online/offline public/private
public/internal internal/external visible/hidden show/hide available/unavailable possible/impossible valid/invalid
valid/expired active/inactive secure/insecure safe/dangerous success/failure succeed/fail pass/fail correct/wrong
right/wrong true/false yes/no same/different identical/different equal/different unique/shared single/multiple
permanent/temporary permanently/temporarily immediately/later immediately/gradually fast/slow quick/slow quickly/slowly
minimum/maximum least/most longest/shortest long/short large/small big/small big/little high/low higher/lower old/young
old/new older/newer oldest/newest full/empty fill/empty heavy/light hot/cold warm/cold wet/dry clean/dirty loud/quiet
noisy/quiet noisily/quietly loudly/quietly thin/thick wide/narrow deep/shallow near/far strong/weak hard/soft hard/easy
difficult/easy simple/complicated rough/smooth sharp/blunt bright/dark light/dark day/night morning/evening
inside/outside indoors/outdoors indoor/outdoor in/out on/off up/down upwards/downwards upstairs/downstairs into/off
front/back forward/backward forwards/backwards left/right top/bottom with/without buy/sell borrow/lend give/take
send/receive push/pull win/lose load/unload pack/unpack wrap/unwrap tie/untie dress/undress connect/disconnect
install/uninstall subscribe/unsubscribe encrypt/decrypt compress/expand expand/collapse attach/detach join/leave
join/separate join/split arrive/depart arrive/leave enter/exit enter/leave come/go stand/sit stand/lie walk/run
sleep/wake asleep/awake laugh/cry smile/frown love/hate like/dislike remember/forget save/spend save/waste create/destroy
create/delete build/destroy build/demolish make/break repair/break assemble/dismantle cook/freeze boil/freeze melt/freeze
heat/cool lift/drop lift/lower climb/descend ascend/descend float/sink swim/drown throw/catch catch/drop ask/answer
teach/learn lead/follow encourage/discourage support/oppose agree/disagree attack/defend alive/dead 
present/absent rich/poor cheap/expensive happy/sad calm/angry calmly/angrily gently/roughly gently/violently
carefully/carelessly careful/careless alone/together busy/idle many/few both/neither 
partial/complete partly/completely
partially/fully rarely/often seldom/often sometimes/never still/moving stationary/moving 
prepaid/postpaid local/remote horizontal/vertical ascending/descending inbound/outbound incoming/outgoing
read-only/editable recoverable/irrecoverable renew/expire renew/terminate extend/shorten upgrade/downgrade
before/afterwards weekday/weekend weekdays/weekends refundable/non-refundable binding/non-binding put/remove
pick/drop apply/remove continue/stop cancel/continue
hit/miss strike/miss reach/miss catch/miss meet/miss keep/miss find/lose crowded/empty crowded/deserted busy/empty
occupied/vacant occupied/empty inside/outdoors indoors/outside indoor/outside outdoor/inside awake/sleep asleep/wake
blond/brunette dark-haired/blond fair/dark naked/dressed barefoot/shod bald/hairy wealthy/poor tall/short fat/thin slim/fat
ahead/behind near/distant close/distant nearby/away beginning/ending rising/setting sunrise/sunset summer/winter
frozen/melted solid/liquid raw/cooked fresh/stale fresh/frozen ripe/rotten whole/broken intact/broken repaired/damaged
mount/dismount board/disembark lock/open cover/uncover reveal/conceal reveal/hide admit/deny confirm/deny
confirm/cancel consent/refuse obey/defy respect/ignore notice/ignore answer/ignore reply/ignore follow/ignore
upload/download encode/decode archive/restore pause/resume suspend/resume suspend/reactivate publish/unpublish
inherit/override append/overwrite append/replace retain/discard retain/delete preserve/delete preserve/destroy
synchronous/asynchronous sequential/parallel serial/parallel static/dynamic manual/scheduled standard/custom
optional/compulsory voluntary/compulsory unlimited/limited unrestricted/restricted exempt/subject waived/charged
einschalten/ausschalten aktivieren/deaktivieren erlauben/verbieten erlaubt/verboten erhöhen/senken erhöhen/verringern
öffnen/schließen sperren/entsperren hinzufügen/entfernen annehmen/ablehnen genehmigen/ablehnen behalten/löschen
kostenlos/kostenpflichtig kostenfrei/kostenpflichtig vor/nach mehr/weniger über/unter immer/nie immer/niemals alle/keine
jeder/niemand alles/nichts automatisch/manuell öffentlich/intern sichtbar/verborgen gültig/ungültig aktiv/inaktiv
möglich/unmöglich pflicht/freiwillig erforderlich/optional notwendig/unnötig monatlich/jährlich täglich/wöchentlich
wöchentlich/monatlich früher/später zuerst/zuletzt höchstens/mindestens maximal/minimal groß/klein lang/kurz hoch/niedrig
schnell/langsam alt/neu richtig/falsch gleich/verschieden dauerhaft/vorübergehend endgültig/vorübergehend sofort/später
mit/ohne innen/außen innerhalb/außerhalb ein/aus anmelden/abmelden einschließen/ausschließen beginnen/enden
starten/stoppen anfang/ende kaufen/verkaufen geben/nehmen senden/empfangen einzeln/gemeinsam sicher/unsicher
verfügbar/unverfügbar online/offline vollständig/teilweise
"""
_PREFIXES: Final = ("un", "in", "im", "ir", "dis", "non-", "non", "de", "mis")


def stem(word: str) -> str:
    """A word without the endings that grammar gives it: good enough to compare, not to show."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    for ending in ("ing", "ed", "es", "er", "en", "s", "e", "n"):
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        return word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


def _pairs() -> Iterator[frozenset[str]]:
    for pair in re.findall(r"\S+/\S+", _PAIRS):
        first, second = pair.split("/")
        yield frozenset({stem(first), stem(second)})


_OPPOSITE: Final = frozenset(pair for pair in _pairs() if len(pair) == 2)
SPELT: Final = tuple(tuple(pair.split("/")) for pair in re.findall(r"\S+/\S+", _PAIRS))
"""The pairs as they are written."""
WORDS: Final = frozenset(word for pair in _OPPOSITE for word in pair)


def are_opposites(one: str, other: str) -> bool:
    """Whether two stems exclude each other: listed, or one is the other with a prefix of negation."""
    if frozenset({one, other}) in _OPPOSITE:
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 4 and any(longer == prefix + shorter for prefix in _PREFIXES):
        return True
    return (
        one.endswith("less") != other.endswith("less") and one.removesuffix("less") == other.removesuffix("ful") != ""
    )
