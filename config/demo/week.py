"""A week of the demo clinic, as it was said and done. Every word here was made up for it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Said:
    """Something said: by whom, how many minutes into the session (or after the one before), and what."""

    who: str
    minute: float
    text: str
    answers: int | None = None
    """Which line of the same talk this answers, from 0."""
    fate: str = ""
    """`withdrawn`, `hidden` or `released`: what became of it later."""


@dataclass(frozen=True, slots=True)
class Evening:
    """One past session: how many days ago, at which hour, who was there from and to which minute, and what was said."""

    days_ago: int
    hour: int
    present: dict[str, tuple[int, int]]
    talk: list[Said] = field(default_factory=list)


HARBOR = [
    Evening(
        6,
        18,
        {"fay": (0, 90), "cory": (0, 90), "ana": (0, 90), "ben": (3, 90), "eve": (0, 88)},
        [
            Said(
                "fay", 2, "Welcome back. One word for how you arrive tonight. Say more if you like, pass if you don't."
            ),
            Said("ana", 12, "Tired. The good kind, I cleaned the whole kitchen."),
            Said("ben", 14, "Restless. Two interviews this week and I don't trust the quiet after."),
            Said("eve", 16, "Can you come back to me?"),
            Said("fay", 17, "Of course."),
            Said("ben", 31, "The hardest hour is six to seven. That's when I used to stop at the store."),
            Said(
                "ana",
                33,
                "Same hour for me. I started calling my sister then. We mostly talk about her cat.",
                answers=5,
            ),
            Said("eve", 36, "I'm back. Mine is mornings. I lie there and argue with the ceiling."),
            Said("cory", 38, "What does the ceiling say?"),
            Said("eve", 39, "That I already wasted the day. At seven in the morning."),
            Said("ben", 41, "Tell the ceiling it has terrible timing.", answers=9),
            Said("eve", 42, "I might."),
            Said("fay", 82, "One thing to take with you?"),
            Said("ana", 84, "Call at six."),
            Said("ben", 85, "Somebody else's six o'clock is hard too. That helps."),
            Said("eve", 86, "Feet on the floor before I argue with anything."),
        ],
    ),
    Evening(
        4,
        18,
        {"fay": (0, 90), "cory": (0, 90), "ana": (0, 90), "ben": (0, 90), "eve": (10, 90), "gus": (0, 72)},
        [
            Said("fay", 1, "Gus is here for the first time. Nobody has to say more than they want to."),
            Said("gus", 13, "Hi. I'm mostly here to listen."),
            Said("ana", 14, "That counts.", answers=1),
            Said("ben", 30, "I went to both interviews. My hands shook in the first one and not in the second."),
            Said("eve", 33, "I read that twice. Good for you.", answers=3),
            Said(
                "gus",
                47,
                "Sorry to bring the mood down. I've been saying goodbye to people in my head.",
                fate="released",
            ),
            Said(
                "fay", 55, "Thank you for saying it here, Gus. Kim is calling you now, and Cory has the room with me."
            ),
            Said("eve", 57, "I'm glad you wrote that down instead of keeping it."),
            Said("cory", 83, "Before we close: who do you have tonight?"),
            Said("ben", 85, "My brother. He's making chili and calling it a recipe."),
        ],
    ),
    Evening(
        2,
        18,
        {"fay": (0, 90), "cory": (20, 90), "ana": (0, 90), "ben": (0, 61), "eve": (0, 90), "gus": (5, 90)},
        [
            Said("fay", 2, "Two nights since we met. What held?"),
            Said("gus", 12, "Kim's number in my shoe. I know that's strange."),
            Said("ana", 13, "Not strange. I have a note in my phone case.", answers=1),
            Said("ben", 25, "I used to cut when it got loud. Two years now. Walking still works, even badly."),
            Said(
                "eve",
                31,
                "There was a week I took 20 pills of whatever I had and just wanted to be numb. I slept at my aunt's.",
            ),
            Said("fay", 33, "Thank you, Eve. What did your aunt do right?"),
            Said("eve", 35, "She didn't ask anything. She made toast."),
            Said("gus", 36, "Toast is underrated."),
            Said("ben", 44, "Does anyone else rehearse conversations that never happen?", fate="withdrawn"),
            Said("ana", 81, "Tomorrow I call at six again."),
        ],
    ),
]

NOW = [
    Said("fay", -33, "Good to see you. We start with one word each."),
    Said("ana", -25, "Steady. Mostly."),
    Said("ben", -23, "Hungry. Is that a feeling?"),
    Said("eve", -22, "It is in my family.", answers=2),
    Said("gus", -20, "Here."),
    Said("fay", -18, "Here is a good word."),
    Said("fay", -4, "What helped in the hardest hour this week? Small things count."),
    Said("ana", -3, "My sister's cat has started answering the phone, more or less."),
    Said("eve", -2, "Some evenings I can't go on with the pretending. That's what I'd like to talk about."),
]
"""Minutes before now, in the session that is live."""

ANA_AND_BEN = [
    Said("ana", 0, "Thank you for the ceiling joke on Monday. Eve laughed, did you see?"),
    Said("ben", 9, "I did. First time since I came."),
    Said("ana", 3, "How was the second interview?"),
    Said("ben", 21, "They asked about the gap on my résumé. I said health, and they moved on. That was it."),
    Said("ana", 2, "That was it?"),
    Said("ben", 1, "Months of dread for eleven seconds."),
    Said("ana", 5, "Glad you stayed on after group."),
]
CAL_AND_IVY = [
    Said("cal", 0, "Did you do the worksheet?"),
    Said("ivy", 14, "Half. The other half is under a coffee cup."),
    Said("cal", 2, "The wave one helped. I wrote the time down each time it passed."),
    Said("ivy", 6, "How long are yours?"),
    Said("cal", 4, "Twenty minutes, about. It always feels like it won't end and then I'm reading the news."),
    Said("ivy", 3, "Text me on snap, it's easier, my name there is the same."),
    Said("ivy", 2, "Okay, it says someone reads that first. Fair. See you Thursday."),
]
CORY_TO_FAY = [
    Said("cory", 0, "Gus looks better than Tuesday. I'll sit near him in the closing round."),
    Said("fay", 3, "Good. If Eve goes quiet, give her the turn last."),
]
