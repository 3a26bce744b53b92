"""Telephone numbers, e-mail addresses and handles, however they are written. Crisis lines and the clinic's own are none."""

import re
from collections.abc import Iterable, Iterator, Set
from itertools import pairwise

import phonenumbers

from moderation.screening.normal import UNUSUAL
from moderation.screening.numbers import UNITS, Written, run_together, written
from moderation.screening.phrases import SHARE

FIGURE = re.compile(r"\d")
NUMBERS = frozenset(word for word in UNITS if word not in ("o", "one", "too", "won", "tree"))
RUN_ON = 12
"""Letters of number words written without spaces."""
PLATFORMS = ["snap", "snapchat", "insta", "instagram", "ig", "discord", "tiktok", "kik", "telegram", "tele", "signal", "whatsapp", "wapp", "facebook", "fb", "messenger", "psn", "xbox", "gamertag", "twitter", "bluesky", "bsky", "reddit", "venmo", "cashapp", "cashtag", "zelle", "steam", "twitch", "strava", "wechat", "skype", "viber", "threads", "bereal", "linkedin", "tumblr", "youtube", "roblox", "spotify", "username", "handle", "pinterest", "app", "gmail", "yahoo", "hotmail", "outlook", "icloud", "proton", "protonmail", "groupme", "imessage", "bnet", "battlenet", "epic", "riot", "minecraft", "fortnite", "nintendo", "playstation", "soundcloud", "goodreads", "letterboxd", "duolingo", "peloton", "vsco", "mastodon", "kakao", "kakaotalk", "tg", "linktree", "onlyfans", "finsta", "nextdoor", "snpchat", "snapp", "instagrm", "facetime", "disc"]  # fmt: skip
WORTH = frozenset(name + end for name in PLATFORMS for end in ("", "s", "'s")) | frozenset(["dot", "punto", "arroba", "period", "zero", "cero", "double", "triple", "gram", "ghost", "add", "fastmail", "zoho", "gmx", "aol", "tutanota", "comcast", "ymail"])  # fmt: skip
"""Without a sign or one of these words, or several number words, there is nothing to find."""
SIGNS = re.compile(
    r"[@_#$\U0001F47B\U0001F4DE\U0001F4F1\u260E\U0001F4F2]|\b(?:sc|gt) ?[:=]|\bu/|o\.? ?box|\.(?:gg|me|ee|tv|com|social)\b|[a-z]{3}[._][a-z]{3}|[\[({<]\s?(?:a\s?t|d\s?o\s?t|\.)\s?[\])}>]|dotcom\b|\d[a-z]|[a-z]\d"
)
INSIDE = re.compile(r"\.[a-z]")
PLATFORM = (
    r"sn[a@4]p(?:chat)?|[i1]nst[a@4](?:gram)?|wh[a@4]ts ?[a@4]pp|d[i1]sc[o0]rd|t[e3]l[e3]gr[a@4]m|f[a@4]c[e3]b[o0][o0]k|tik ?tok|cash ?app|user ?name|be ?real|battle ?net"
    r"|the gram|bird app|i g|f b|" + "|".join(PLATFORMS)
)
AT = r"(?:\s?@\s?|\s?[\[({<]\s?at\s?[\])}>]\s?|,?\s(?:at|arroba)(?: sign| symbol)?,?\s(?:then )?)"
DOT = r"(?:\s?\.\s?|\s?[\[({<]\s?(?:dot|\.)\s?[\])}>]\s?|,?\s(?:then )?(?:dot|punto|period|point)\s)"
MAILERS = "gmail|g mail|geemail|gee mail|gm ail|yahoo|hotmail|outlook|icloud|aol|proton|protonmail|live|msn|example|mail|gmx|ymail|tutanota|fastmail|zoho|comcast|rocketmail|duck"
ENDINGS = "com|org|net|edu|co|uk|us|io|me|mx|es|de|fr|ca|info|test|gov|invalid|biz|xyz"
MAIL = re.compile(
    rf"[a-z0-9][a-z0-9._+-]{{0,63}}{AT}[a-z0-9-]{{1,63}}(?:{DOT}(?:{ENDINGS})\b)+"
    r"|[a-z0-9][a-z0-9._+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}\.[a-z]{2,24}\b"
    rf"|[a-z0-9][a-z0-9._+-]{{2,63}}{AT}(?:{MAILERS})\b"
    rf"|\b(?:{MAILERS})\s?(?:dot|\.)\s?com\b|\b(?:gmail|hotmail|yahoo|icloud|outlook)\s?[,:]\s?[a-z0-9._]{{3,40}}"
    rf"|\b(?:at|arroba)\s[^.!?\n]{{1,30}}?\s(?:dot|punto|period)\s(?:com|org|net|edu|me)\b"
    r"|\b[a-z0-9._]{3,30}at[a-z]{3,20}dot(?:com|org|net|edu)\b"
    r"|(?<!work )(?<!job )(?<!working )(?<!worked )\bat (?:the )?(?:gmail|g mail|hotmail|icloud|protonmail|yahoo mail)\b"
    r"|\w\s?[\[({<]\s?(?:a\s?t|@|d\s?o\s?t|\.)\s?[\])}>]\s?\w"
)
NO_MAIL = re.compile(
    r"^(?:intake|front ?desk|reception|billing|scheduling|records|appointments)@|^(?:noon|night|home|work|school|group|once|all|least|first|last|look|looking|meet|see|is|are|was|me|us|its|online|meetings?|schedule|list|info)\b"
)
SPACED_MAIL = re.compile(r"(?:[a-z0-9._] ){3,40}@ ?(?:[a-z0-9.] ?){4,40}|@ ?(?:[a-z] ){3,20}\. ?(?:[a-z] ?){2,4}")
HANDLE = r"@?[a-z0-9](?:[a-z0-9]|[._#/-](?=[a-z0-9_])|_){2,39}"
ON_PLATFORM = re.compile(
    rf"\b(?:my |the |ur |mine )?(?:{PLATFORM})(?:'s| name| is| tag| user| handle| id)*(?: as| under| at)?(?: ?[:=@>-]+ ?| )(?:@ ?)?({HANDLE})"
)
NAMED = re.compile(
    rf"\b(?:i'?m|i am|me|mine is|its|it's|as|under|by|called)(?: still| just| always)? @?((?=[a-z0-9._#-]*[._#\d-])[a-z][a-z0-9._#-]{{3,39}})(?: over| up)? (?:on|in|at)(?: the| my)? (?:{PLATFORM})\b"
    rf"|\b(?:i'?m|i am|its|it's) (?![a-z]*(?:ing|ed|ous|ble|ful|ive|ly|ent|ant|al|ic|one|body|self|less|ish)\b)([a-z]{{8,20}}) on (?:{PLATFORM})\b"
    rf"|[\"'\u201c]([\w.-]{{3,30}})[\"'\u201d] (?:on|over on) (?:{PLATFORM})\b"
    r"|(?<![\w@.#])(?!(?:order|case|invoice|claim|ticket|room|unit|member|policy|issue|page|number|account|badge|station|code)#)([a-z][a-z_.]{3,30}#\d{4})(?!\w)"
    rf"|(?:^|\n)\s*(?:{PLATFORM}) ?[:=] ?([a-z]{{2,15}}(?: [a-z]{{2,15}}){{1,2}})\s*(?=$|[\n,!?;)(])"
)
"""The name before the place (`im sad.goose on discord`), or a person's name after it (`fb: ann dupree`)."""
GHOST = re.compile(
    r"\U0001F47B\W{0,4}([a-z0-9][a-z0-9._-]{3,39})(?=$|[\n,!?;)(])|\b(?:sc|gt) ?[:=] ?@?([a-z0-9][a-z0-9._-]{3,39})"
)
"""Platforms that are told by a sign."""
TOLD = re.compile(
    rf"\b(?:{PLATFORM})(?:'s| name| id| user| handle| tag)*(?P<sign> ?(?:[:=~]|-+>?|>+|\u2192) ?| (?:is |as |under |at )+|'?s )@?(?P<name>[a-z][a-z0-9._-]{{3,39}})(?=$|[\n,.!?;)(]| (?:add|lol|hmu|hit|if|dm|come|its|and|no|all|follow|message|lmk|on|n|but|w)\b)"
)
"""`ig: sadgoose`: with a sign any word, with `is` one that looks like several."""
ONLY = re.compile(
    rf"(?:^|[\n.!?:] ?)(?:my |mine |me |the |on |its |it's |n |and )*(?:{PLATFORM})(?: name| user| id| tag| handle)? (?P<name>[a-z]{{6,30}}\d{{0,6}})(?=\W*(?:$|\n))"
)
"""A platform and one word, and nothing more: `insta sadgoose`."""
ABOUT_ONE = frozenset(["server", "stories", "streaks", "filter", "drama", "account", "please", "username", "profile", "group", "forever", "detox", "tonight", "tomorrow", "instead", "though", "anyone", "anybody", "everyone", "support", "school", "phones", "videos", "trends", "therapy", "minecraft", "discord", "snapchat", "instagram", "facebook", "telegram", "twitter", "whatsapp", "people", "friends", "family", "controller", "update", "premium", "playlist", "podcast", "sucks", "scares", "breaks", "rabbit", "strong", "better", "harder"])  # fmt: skip
"""What is said of a platform in one word."""
PLAIN_WORD = re.compile(
    r"(?:ing|ed|ous|ble|ful|ive|tion|ly|ent|ant|al|ic|ment|ness|ive|less|ish|ism|thing|where|body|one|est|ers?|ies|ers|tions|ments|times)$"
    r"|^(?:deleted|blocked|gone|never|same|done|nope|addiction|memories|because|what|again|that|this|just|like|mine|also|down|dead|trash|poison|garbage|fine|okay|great|awful|worse|worst|bad|good|hard|evil|toxic|free|full|home|open)$"
)
LIKE_A_HANDLE = re.compile(
    r"(?<![\w@.])(?=[a-z0-9._-]*[a-z])[a-z0-9]+(?:[._][a-z0-9]+)+(?![\w.]|@)|(?<![\w@.])[a-z]{4,}\d{1,4}[a-z]?(?!\w)|(?<![\w@])[a-z_.0-9]{3,30}#\d{4,5}(?!\d)"
)
PROGRAM = re.compile(
    r"\w\(|[{}]|;\s*(?:$|--|\n)|--|=>|==|</|\b(?:select|drop|insert|def|import|table|null)\b|^\s*\w+ = \w+"
)
"""A text that is a program rather than talk: its names are no handles."""
UNDERSCORED = re.compile(r"(?<![\w@.])(?=[a-z0-9_]*[a-z]{3})[a-z0-9]{2,}(?:_[a-z0-9]+){1,2}_?(?!\w)")
CALLED = re.compile(r"\b(?:i'?m|i am|add|its me|it's me|look for|search|put in) @?$")
"""Just before what looks like a handle: it is the writer's."""
IT_IS = re.compile(r"\b(?:i'?m|i am|its|it's|mine is|under|tag is|name is) @?$")
"""Just before two words with a dot: a handle, where a platform is named."""
ORDINARY_DOTS = re.compile(
    r"^(?:[a-z]\.)+[a-z]?$|\.(?:com|org|net|pdf|doc|jpg|gov|edu)$|^\d+[._]\d+$|^(?:covid|phq|gad|mp|h)\d+$|^[a-z]+\.[a-z]+$"
)
"""Abbreviations, addresses of pages and a missing space after a full stop."""
NUMBERED = re.compile(
    r"\bsc ((?=[a-z._]*\d)[a-z][a-z0-9._]{4,29})|^\W*([a-z]{6,30}) (?:g ?mail|hotmail|yahoo|icloud|proton(?:mail)?)\W*$"
)
"""A short name of a platform before a handle, or a mailer after it: `sc sadgoose99`, `sadgoose gmail`."""
AT_HANDLE = re.compile(r"(?<![\w.])@ ?([a-z0-9_](?:[a-z0-9_]|[.-](?=[a-z0-9_])){2,39})(?!\w)")
ON_ANY = re.compile(rf"\b(?:{PLATFORM})\b")
ADD_ME = re.compile(
    r"\b(?:add|follow|find|dm|message|msg|pm|look|search|friend|hit) (?:me|up)\b|\b(?:username|handle|gamertag|friend code|on there|over there)\b|^add\b"
)
NEAR_HANDLE = re.compile(
    rf"\b(?:{PLATFORM}|add|follow|find|dm|dms|message|msg|pm|hit|look|search|same name|mutuals|socials|mine|link)\b|\b(?:i'?m|im|its|it's) $"
)
ADDED = re.compile(
    rf"\b(?:{PLATFORM}|on everything|everywhere|on all|same on|over there|on there|add|follow|dms?|message me|hit me|link|mutuals|thats me|that's me)\b"
)
ALIKE = re.compile(
    r"^,? (?:everywhere|on everything|on every app|on all (?:of them|my|apps|platforms)|across the board)\b"
)
"""Just after what looks like a handle: it is one's own, wherever."""
NEAR = 35
"""Characters before and after a handle in which a word may say that it is one."""
INVITE = re.compile(
    r"\b(?:discord(?:\.| dot )gg|t\.me|wa\.me|linktr\.ee|chat\.whatsapp\.com|m\.me|fb\.me|snapchat\.com|instagram\.com|facebook\.com|fb\.com|tiktok\.com|twitch\.tv|onlyfans\.com|signal\.group|cash\.app|venmo\.com|u slash|u/|qr\.)\s?(?:slash )?/?[\w./@$-]{2,60}"
    r"|\b(?:twitch|youtube|tumblr|reddit|bluesky|bsky|threads|linktree|twitter|insta(?:gram)?|facebook|tiktok|snapchat|steam) (?:dot|punto) (?:tv|com|net|social|app|me|ee|gg) (?:forward )?(?:slash|barra) [\w@.-]{3,40}"
    r"|\blive:[\w.-]{4,40}|\b[\w-]{1,40}\.bsky\.social|\bp\.? ?o\.? ?box\b"
)
ASKED = re.compile(
    rf"^\W*(?:got |ur |your |any |a )*(?:{PLATFORM})(?: name| handle| user)? ?\?+\W*$|"
    r"^\W*@\W*$|[\U0001F4DE\U0001F4F1\u260E\U0001F4F2] ?(?:me|us)\b|\b(?:your|ur|yr|yo|ya|everyone'?s) ?@(?!\w)|\b(?:your|ur|yr|yo|ya) ?#(?! ?\d)(?!\w)|\bmy [#@] ?(?=$|[?.!,]|(?:is|if|so|and|in|on|for|to|but|or|before|backwards|again)\b)|(?<!\w)@'?s\b|\b(?:drop|send|gimme|share|post) (?:the|that|those|me) @(?!\w)|\bwhat'?s (?:the|that) ?@(?!\w)"
)
"""A sign for the word: what's ur #, drop your @."""
CASHTAG = re.compile(r"(?<![\w$])\$[a-z][\w-]{2,}")
MONEY = re.compile(r"cash ?app|cash ?tag|venmo|zelle|paypal|\bcash me\b")
NEVER = frozenset(
    ["everyone", "everybody", "here", "channel", "all", "staff", "admin", "moderator", "mod", "team", "group", "room"]
)

STAFFED = re.compile(
    r"\b(?:front desk|reception|the clinic|clinic's|nurse line|nurses|after hours (?:line|number|is|phone|clinic|nurse|team|service)|intake|hotline|help ?line|life ?line|warm ?line"
    r"|crisis (?:line|text|team|center|number|counselor|chat|unit|house|is|at)|on call|(?:the|their|your|her|his|[a-z]+'s|clinic|billing|front|main|program|business) office|pharmacy"
    r"|(?:the|that|their|our|crisis|support) line is|billing|scheduling|samhsa|samaritans|poison control|emergency (?:line|number|contact|room|services|is|at))\b"
)
"""Whose number that is: anybody may tell it."""
MY_OWN = re.compile(
    r"\b(?:(?:call|text|txt|ring|phone|reach|buzz|dial|find|get|message|msg|hit|catch|try|contact|leave|page) (?:me|us)|i'?m (?:usually |always )?(?:at|in|on)|hmu|me (?:at|on)|my (?:own |new |work |cell |direct )?(?:number|num|cell|mobile|phone|digits|desk|line|extension|office|work))\b"
    r"|\b(?:buddy|buddies|anyone|wanna|dm|lmk|come (?:over|by)|with me)\b"
)
"""A number after it is the writer's, wherever they say that they are."""
AT_A_PLACE = re.compile(
    r"\b(?:me|us|i'?m|i work|i am)(?: back| up| over| here)? (?:at|in|from|on|through|via)(?: the| my)? ?$"
)
"""Just before a place: the writer is there."""
WIDER, CLOSE = 90, 40
"""Characters before and after a number in which that may stand, and in which nobody may say that it is theirs."""
OWNED = re.compile(r"\b(?:my|mine|me|i'?m|us|yours|her|his)\b")
LINES = frozenset(
    [
        "988",
        "911",
        "999",
        "112",
        "111",
        "000",
        "116123",
        "741741",
        "85258",
        "838255",
        "686868",
        "678678",
        "1177",
        "113",
        "8002738255",
        "8006624357",
        "8007997233",
        "8002221222",
        "8664887386",
        "8778636338",
        "8558473255",
        "8884784357",
        "8009506264",
        "8006564673",
        "8004224453",
        "8773328466",
        "6889",
    ]
)
"""Crisis lines and text lines (988, 741741, SAMHSA, domestic violence, poison control, Trevor, Samaritans and others)."""
TOLL_FREE = ("800", "888", "877", "866", "855", "844", "833", "822")
CUE = re.compile(
    r"(?<![a-z])(?:call|text|txt|number|num|cell|phone|digits|ring|reach|mobile|hmu|hit me|whats ?app|area code|landline|dial|line's|save|burner|sms|buzz|ping|contact|backwards|reversed?|hola|llama|marcame|numero|cel)(?![a-z])|[#📞☎]"
)
NOT_A_NUMBER = re.compile(
    r"(?:\b(?:order|case|invoice|claim|policy|id|member|confirmation|tracking|zip|flight|room|page|account|ticket|docket|badge|serial|model|code is|pin|isbn|route|chapter|dose|bp|score|version|upc|vin|ref(?:erence)?|ssn|year|days|steps|section|file)\b(?: number| num| id)?(?: is|'s)?[\s#:.no]*|[$€£])$"
)
GROUPED = re.compile(r"^5,55\d,\d{3}$|^[2-9]\d\d,555,\d{4}$|^[2-9],\d\d\d,555,\d\d\d$")
TO_CALL = re.compile(r"\b(?:call|text|ring|dial|phone|reach|reasons)\b")
"""A telephone number dressed up as an amount: `5,550,134 reasons to call me`."""
TOLD_NUMBER = re.compile(
    r"\b(?:call|calling|ring|text|texting|phone|mobile|cell|tel|reach|answering|messages?|registered|dial|whatsapp|my number|number is)"
    r"(?: (?:me|us|him|her|them|back|up|now|on|at|to|is|it's|its|anytime|tonight|instead|al|a|es))*\W{0,3}$"
)
"""Just before a number: it is one to be reached at, however it is grouped."""
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
CODE = re.compile(r"\b(?:fc|sw|friend|switch|code|nintendo|island|steam|psn|add)\b")
YEARS = re.compile(r"(?:19|20)\d\d\D")
PIECE = re.compile(r"(?<![\w$.,:/#-])\d{3,4}(?![\w%]|[:/]\d|[.,]\d)")
PIECEWISE = re.compile(
    r"\b(?:area code|first (?:half|three|3|part|bit)|last (?:four|4|half|part|bit)|middle|starts?|ends? (?:in|with)|piece|second half|backwards)\b"
)
APART = 45
"""Characters between two pieces of a number that is told with words."""
AFTER_NUMBER = re.compile(
    r"\s?(?:%|(?:mg|ml|lbs?|kg|days?|steps|dollars|bucks|years|hours|minutes|mins|cals?|calories|miles|am|pm|people|points|degrees)\b)"
)
SHAPES = {
    (3, 3, 4), (1, 3, 3, 4), (10,), (11,), (3, 4), (3, 7), (4, 3, 3), (6, 4), (3, 3, 2, 2), (5, 3, 3), (5, 6), (2, 4, 6), (2, 4, 3, 3), (2, 10), (3, 3, 3), (2, 2, 2, 2, 2), (2, 1, 2, 2, 2, 2), (3, 4, 4), (2, 2, 4, 4), (2, 3, 3, 4), (3, 3, 1, 3), (4, 7), (5, 5), (2, 2, 5, 3), (2, 2, 7), (2, 11), (7,), (3, 2, 2), (4, 2, 4, 4), (1, 10), (1, 3, 7), (4, 3, 4), (3, 3, 3, 4), (4, 3),
}  # fmt: skip
"""How telephone numbers are grouped."""


def contacts(text: str, words: Set[str], own: Iterable[str] = ()) -> Iterator[tuple[int, int]]:
    """Where a lower-case text holds a way to reach somebody outside; `words` are its words, `own` the clinic's numbers, digits only."""
    unusual = UNUSUAL.search(text) is not None
    if not WORTH.isdisjoint(words) or _signed(text, unusual):
        for found in MAIL.finditer(text):
            if not NO_MAIL.match(found.group()):
                yield found.span()
        for pattern in (SPACED_MAIL, INVITE, ASKED):
            for found in pattern.finditer(text):
                yield found.span()
        if "$" in text and MONEY.search(text):
            for found in CASHTAG.finditer(text):
                yield found.span()
        yield from _handles(text)
    figures = len(FIGURE.findall(text)) if unusual else 0
    if figures + 2 * len(NUMBERS & words) >= 4 or _run_on(words):
        ours = frozenset(number[-10:] for number in own if len(number) >= 7)
        told = list[Written]()
        for number in written(text):
            free = _exempt(number.digits, ours)
            if not free and not _reaches(number, text):
                continue
            told.append(number)
            if not free:
                yield number.start, number.end
        for start, end in _scattered(text):
            if not any(number.start < end and start < number.end for number in told):
                yield start, end


def _signed(text: str, unusual: bool) -> bool:
    """Whether one of `SIGNS` is in it. A quick look first: most of plain talk has nothing of which they consist."""
    likely = unusual or INSIDE.search(text) or "box" in text or "dotcom" in text
    return bool(likely and SIGNS.search(text))


def _run_on(words: Set[str]) -> bool:
    """Whether one of the words is numbers without spaces between them."""
    return max(map(len, words), default=0) >= RUN_ON and any(
        len(word) >= RUN_ON and run_together(word) for word in words
    )


def _handles(text: str) -> Iterator[tuple[int, int]]:
    for found in ON_PLATFORM.finditer(text):
        name = found[1]
        if re.search(r"[._#@/\d]", name.strip(".-")) and re.search("[a-z]", name) and name not in NEVER:
            yield found.span(1)
    for found in TOLD.finditer(text):
        name, long = found["name"], 4 if re.search(r"\W", found["sign"].strip()) else 8
        if len(name) >= long and (re.search(r"[._\d]", name.strip(".-")) or not PLAIN_WORD.search(name)):
            yield found.span("name")
    for pattern in (GHOST, NAMED, NUMBERED):
        for found in pattern.finditer(text):
            yield found.span()
    for found in ONLY.finditer(text):
        if not PLAIN_WORD.search(found["name"]) and found["name"] not in ABOUT_ONE:
            yield found.span("name")
    anywhere = ON_ANY.search(text) or ADD_ME.search(text)
    if anywhere or not PROGRAM.search(text):
        for found in UNDERSCORED.finditer(text):
            yield found.span()
    for found in LIKE_A_HANDLE.finditer(text):
        before = text[max(0, found.start() - 30) : found.start()]
        called = ADD_ME.search(before) or (anywhere and IT_IS.search(before))
        ordinary = ORDINARY_DOTS.search(found.group()) and (not called or _no_space(found.group()))
        if not ordinary and (anywhere or CALLED.search(before) or ALIKE.search(text[found.end() :])):
            yield found.span()
    for found in AT_HANDLE.finditer(text):
        name = found[1]
        telling = (
            re.search(r"[_\d]|\..*\.", name)
            or NEAR_HANDLE.search(text[max(0, found.start() - NEAR) : found.start()])
            or ADDED.search(text[found.end() : found.end() + NEAR])
        )
        if name not in NEVER and telling:
            yield found.span()


def _no_space(name: str) -> bool:
    """Whether two words only lack the space after a full stop: `done.then`."""
    return any(word in SHARE or word in PLATFORMS for word in name.split("."))


def _scattered(text: str) -> Iterator[tuple[int, int]]:
    """A number told in pieces with words between: `first 3 are 917, next 3 are 555, last 4 are 0122`."""
    if STAFFED.search(text) or not ("555" in text or CUE.search(text) or PIECEWISE.search(text)):
        return
    pieces = [found for found in PIECE.finditer(text) if not AFTER_NUMBER.match(text[found.end() :])]
    for first, second in pairwise(pieces):
        near = second.start() - first.end() <= APART
        if (
            near
            and {len(first[0]), len(second[0])} == {3, 4}
            and ("555" in (first[0], second[0]) or PIECEWISE.search(text))
        ):
            yield first.start(), second.end()
    for first, second, third in zip(pieces, pieces[1:], pieces[2:], strict=False):
        near = second.start() - first.end() <= APART and third.start() - second.end() <= APART
        if near and sorted(map(len, (first[0], second[0], third[0]))) == [3, 3, 4]:
            yield first.start(), third.end()


def _staffed(text: str, number: Written) -> bool:
    """Whether somebody's is told who is there for everybody: just beside it, or farther away if it is nobody's own."""
    before, after = text[max(0, number.start - CLOSE) : number.start], text[number.end : number.end + 12]
    said = max(STAFFED.finditer(before), key=lambda found: found.end(), default=None)
    if said and not _own(before, said):
        return True
    if not said and STAFFED.search(after):
        return True
    if OWNED.search(before) or OWNED.search(text[number.end : number.end + CLOSE]):
        return False
    wide = text[max(0, number.start - WIDER) : number.end + CLOSE]
    return not MY_OWN.search(wide) and bool(STAFFED.search(wide))


def _own(before: str, staffed: re.Match[str]) -> bool:
    """Whether a number is the writer's though a place is named: `call me at the office`, but not `call me later, the clinic is`."""
    return bool(MY_OWN.search(before[staffed.end() :]) or AT_A_PLACE.search(before[: staffed.start()]))


def _reaches(number: Written, text: str) -> bool:
    """Whether a run of digits is a telephone number."""
    many = len(number.digits)
    if not 7 <= many <= 15:
        return False
    before, after = text[max(0, number.start - 40) : number.start], text[number.end : number.end + 12]
    if NOT_A_NUMBER.search(before) or AFTER_NUMBER.match(after) or _staffed(text, number):
        return False
    inside = text[number.start : number.end]
    if GROUPED.search(inside) and TO_CALL.search(text):
        return True
    if re.search(r"\d[/.]\d\d?[/.](?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d|\d,\d\d\d|:\d\d", inside):
        return False
    if many == 7 and number.digits.startswith("555") and len(number.pieces) > 1:
        return True
    if number.pieces == (4, 4, 4):
        return bool(CODE.search(text) or CUE.search(text)) and not YEARS.match(inside)
    if number.pieces[0] == 1 and _counting(inside):
        return False
    if many == 10 and len(number.pieces) >= 5 and max(number.pieces) <= 4 and 1 in number.pieces:
        return True
    if number.words >= 5 or all(size == 1 for size in number.pieces):
        return many in (7, 10, 11, 12)
    if number.international and many >= 9:
        return True
    if not number.words and len(number.pieces) <= 5 and min(number.pieces) >= 2 and not YEAR.search(inside):
        if (
            number.digits[0] == "0" and many >= 9 and len(number.pieces) > 1
        ):  # a trunk nought, as in most countries but ours
            return True
        if many >= 8 and TOLD_NUMBER.search(before):
            return True
    if number.words and many in (7, 10, 11):
        return True
    if number.pieces not in SHAPES and sorted(number.pieces) not in ([3, 3, 4], [1, 3, 3, 4]):
        return bool(CUE.search(text)) and many in (10, 11) and not re.fullmatch(r"[\d ]+", inside)
    if many < 10:
        return bool(CUE.search(text)) or bool(re.fullmatch(r"\D?555[\W_]{0,3}\d{4}", inside))
    if many == 10 and number.pieces == (10,) and not CUE.search(text) and number.digits[0] == "1":
        return False
    return many != 10 or _possible(number.digits) or bool(CUE.search(text))


def _counting(inside: str) -> bool:
    """Whether the figures only rise or only fall."""
    each = [int(found) for found in re.findall(r"\d{1,4}", inside)]
    steps = [later - earlier for earlier, later in pairwise(each)]
    return len(each) > 4 and (min(steps) > 0 or max(steps) < 0)


def _possible(digits: str) -> bool:
    """Whether some network could have given this number out; invented ones (555-01xx) could not be valid, but possible."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(digits, "US"))
    except phonenumbers.NumberParseException:
        return False


def _exempt(digits: str, ours: frozenset[str]) -> bool:
    national = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return digits in LINES or national in LINES or national[:3] in TOLL_FREE or digits[-10:] in ours or national in ours
