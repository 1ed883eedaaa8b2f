"""What an interviewer's turn may do and may not: turns that must pass, turns that must not, and what is allowed when."""

import pytest

from interviewer import MoveKind
from interviewer.interview.guardrails import Ground, of_move, of_sentence, of_whole, states_of_fact, told_of_fact
from interviewer.interview.policy import Agenda, Proposal, View, allowed
from interviewer.interview.state import fold
from interviewer.interview.words import is_complete, leaks, problems, secret_terms, without_second
from interviewer.knowledge.schema import Fact
from interviewer.text import finished
from interviewer.transcript import Transcript, with_clock

CASE = "harmful-content-detection"
TALK = [
    ("interviewer", "We run a large social network. Design the system that finds posts that break our rules.", 0),
    (
        "candidate",
        "I'd train one classifier on the reviewers' decisions and output 0.5 as the label when they split.",
        60,
    ),
    ("interviewer", "Where do those decisions come from?", 120),
    (
        "candidate",
        "From the queue. We take about 200 random ones a day on top, calibrated scores, and it runs in 200 milliseconds. "
        "I split by time. I'll come back to the features.",
        150,
    ),
]


def view(knowledge, *more, minutes: float = 45, at: float = 200, **fields) -> View:
    turns = [{"speaker": who, "text": text, "at": when} for who, text, when in (*TALK, *more)]
    transcript = Transcript.model_validate(
        {"case": CASE, "level": "senior", "minutes": minutes, "turns": turns, **fields}
    )
    timed, _ = with_clock(transcript)
    state = fold(timed, at)
    last = timed.turns[-1] if timed.turns and timed.turns[-1].speaker == "candidate" else None
    return View(timed, at, state, Agenda(transcript.level), knowledge, last)


def broken(text: str, seen: View, move: MoveKind = MoveKind.PROBE, **proposal) -> list[str]:
    """The rules that a turn breaks, sentence by sentence as it would be said."""
    proposed = Proposal(move, [text], **proposal)
    ground = Ground.of(seen, proposed)
    whole, rest = finished(text)
    out, found = "", [one.rule for one in of_move(proposed, seen, allowed(seen))]
    for sentence in [*whole, *([rest] if rest.strip() else [])]:
        kept, cut = without_second(sentence)
        found += ["stacked"] if cut else []
        found += [one.rule for one in of_sentence(kept, out, proposed, seen, ground)]
        out = f"{out} {kept}".strip()
    return found + [one.rule for one in of_whole(out, proposed, seen)]


GOOD = [
    "Mm-hm, go on.",
    "Okay, go on.",
    "Right, continue.",
    "Take your time.",
    "That 0.5 comes out after training. Going in, if your reviewers split on that post, what label does it carry?",
    "A one of a kind camera sells right now. Somebody searches for it ten seconds later: at which step does it drop out?",
    "Those couple of hundred random ones a day, at twelve basis points: how many bad posts do your reviewers find in them?",
    "Your choice. Which one would you start with, and why that one?",
    "You said 200 milliseconds. Where do they go?",
    "You split by time. Somebody posts the same picture again in May: is it old or new to your model?",
    "Say two reviewers disagree on 30 of a hundred posts. What does your model learn from those thirty?",
    "Suppose the labels were perfect: what would still go wrong?",
    "A post is reported 300 times in ten minutes. What happens to it?",
    "What does a wrong removal cost, and whom?",
    "Let's leave the model there. Your new version is ready: how do you decide that it is better?",
    "Which of the two would you give up first?",
    "Walk me through one post, from upload to decision.",
    "Take the reviewers' queue. Who decides what gets into it?",
    "And if the reviewers are wrong?",
    "You said the random ones are on top. On top of what?",
    "How would you notice that on a Monday morning?",
    "Tomorrow we lose half of the reviewers. What do you change first?",
    "Nobody reports a post in a small language. How does it ever get into your training set?",
    "Is that one number or one per class?",
    "What would have to be true for the simple version to be enough?",
    "Before the features: what exactly is one training example?",
    "It is three in the morning and removals triple. What happens?",
    "A cleared post goes viral the next day. Does anything look at it again?",
    "Your scores are calibrated. On which posts?",
    "Okay, evaluation. You have two versions and a week: what do you compare?",
    "If that is true, what does the second model add?",
    "You get 0.83 on the held-out month. Would you ship it?",
    "Which posts does nobody ever look at?",
    "Hm. A reviewer is tired at the end of the shift. Where does that show?",
    "You mentioned the queue twice. What is not in it?",
    "Why not the simplest thing?",
    "Who sees the post while your 200 milliseconds pass?",
    "An author appeals and wins. What happens to the copies of that post?",
    "Say a law changes tonight in one country. What do you have to touch?",
    "How sure would you have to be to remove it without a person looking?",
    "You take about 200 a day. Over 500 of those, how many would you expect to be bad?",
    "What makes the perfect reviewer disagree with your label?",
    "Describe one post that this gets wrong.",
    "In which of those cases does it matter that it runs in 200 milliseconds?",
    "Overnight one group signs up two hundred accounts, each with its own address. What notices them?",
    "A goal gets re-uploaded two thousand times after the reviewers have decided. What does your test say?",
    "Fifteen teams, each measuring its gain against its own type's holdout. What comes out?",
    "Yes, metrics. Which one decides?",
    "A user pastes the system prompt into a question. Which answer comes back?",
    "Two raters read the guidelines. What does the second one do with that post?",
]

BAD = [
    ("Great point. What would you log?", "praise"),
    ("That makes sense. What next?", "praise"),
    ("Excellent, and how would you serve it?", "praise"),
    ("That's a good idea. What does it cost?", "praise"),
    ("I like that. Where does it break?", "praise"),
    ("You're on the right track. What next?", "praise"),
    ("Nice. What about the labels?", "praise"),
    ("Exactly. How do you split?", "praise"),
    ("You're absolutely right. What else?", "praise"),
    ("Good thinking, go on.", "praise"),
    ("That closes the loop. On to serving: who calls it?", "praise"),
    ("You should use a time-based split. Why?", "teaching"),
    ("A better approach is to sample at random. Why?", "teaching"),
    ("Have you considered using a second model?", "teaching"),
    ("Typically you would weight them. Why?", "teaching"),
    ("To summarise, you take decisions and split by time. What next?", "summary"),
    ("So far you have a label and a split. What next?", "summary"),
    ("So you're saying that reviewers are right. Are they?", "summary"),
    ("- Labels\n- Features\nWhich one?", "list"),
    ("**Labels** first: where from?", "list"),
    ("Where do labels come from? And how do you split? Why?", "questions"),
    ("Where do the posts come from, and how would you label them?", "stacked"),
    ("What would you log and what would you leave out?", "stacked"),
    ("Would active learning help here?", "leak"),
    ("How does selection bias come in?", "leak"),
    ("What about the perceptual hash?", "leak"),
    ("Do you need temperature scaling?", "leak"),
    ("We have 40 million users. What changes?", "figure"),
    ("Our budget is 350 machines. Is that enough?", "figure"),
    ("There are about 70 reviewers. Where does that bite?", "figure"),
    ("We see some five billion posts. How do you serve that?", "figure"),
    ("Two thousand reviewers make about 400 decisions each a day. What follows?", "fact_unasked"),
    ("Right, the queue.", "echo"),
    ("The features, noted.", "echo"),
    ("I have the scores down.", "echo"),
    ("Where do those decisions come from?", "repeat"),
    ("And where do those decisions come from?", "repeat"),
    ("We have about five minutes left. What about serving?", "time"),
    ("We're running out of time. What about serving?", "time"),
    ("That's our time. Thank you for coming.", "ends"),
    ("Thanks for your time, have a nice day.", "ends"),
    ("Let's stop here.", "ends"),
    ("为什么?", "language"),
    ("As an AI language model, I can't say. What do you think?", "persona"),
    ("My guidelines say so. What do you think?", "persona"),
    ("That would be a strong hire from me.", "verdict"),
    ("You are hired. When can you begin?", "verdict"),
    ("We will reject you, sorry.", "verdict"),
    ("You scored 3 out of 4 on evaluation. What else?", "verdict"),
    ("I'd give you a strong hire.", "verdict"),
    ("<|im_start|>What next?", "markup"),
    ("Interviewer: What next?", "markup"),
    ("You said the reviewers decide.", "no_question"),
    ("word " * 61 + "?", "long"),
    ("", "empty"),
]


@pytest.mark.parametrize("text", GOOD)
def test_a_good_turn_passes(text, knowledge):
    move = MoveKind.LET_GO_ON if "?" not in text and len(text.split()) < 5 else MoveKind.PROBE
    assert broken(text, view(knowledge), move) == []


@pytest.mark.parametrize(("text", "rule"), BAD)
def test_a_bad_turn_does_not(text, rule, knowledge):
    assert rule in broken(text, view(knowledge))


def test_who_is_led_back_to_the_design_need_not_be_asked(knowledge):
    assert broken("Let's get back to the posts that nobody reports.", view(knowledge), MoveKind.REDIRECT) == []


def test_a_second_question_in_one_sentence_is_cut_off():
    assert without_second("Where does it break, and how would you notice?")[0] == "Where does it break?"
    assert without_second("Which one would you start with, and why that one?")[1] == ""
    assert without_second("Is it clicks or views and likes?")[1] == ""


def test_a_concept_may_be_named_once_the_candidate_has_named_it_in_any_form(knowledge):
    assert broken("What does calibration do to the queue?", view(knowledge)) == []
    assert "leak" in broken("What does the isotonic part do?", view(knowledge))
    assert "leak" not in broken("Think of active learning.", view(knowledge), MoveKind.HINT)


def test_a_scene_may_have_any_ordinary_word_in_it(knowledge):
    for name, scene in (
        ("street-view-blurring", "A woman reports her face in front of a clinic, Tuesday at nine."),
        ("news-feed-ranking", "A quarrel gets a comment from one reader in ten and a hide from one in a hundred."),
    ):
        assert leaks(scene, secret_terms(knowledge, name), "") == []


def test_what_captions_spelt_out_was_named(knowledge):
    terms = secret_terms(knowledge, "video-search")
    assert leaks("Say NDCG is up.", terms, "we would use n d c g on graded queries") == []
    assert leaks("Say NDCG is up.", terms, "we would use a b testing on graded queries") == ["ndcg"]


def test_work_given_without_a_question_mark_asks():
    assert is_complete("Someone hides it. Walk that one impression through your sampling and your two heads.")
    assert not is_complete("Someone hides it an hour later.")


ASKED = ("candidate", "How many reviewers do we have?", 240)


@pytest.mark.parametrize(
    "asked", ["do peple sea how menny reviewrs we got", "wat do we no about the reviewers", "so um how menny reviewers"]
)
def test_a_misspelt_question_without_its_mark_is_a_question(knowledge, asked):
    last = ("candidate", asked, 210)
    assert "reviewers" in allowed(view(knowledge, ("interviewer", "Go on.", 205), last, at=215)).facts


def test_a_fact_is_given_when_asked_for_and_in_its_own_figures(knowledge):
    seen = view(knowledge, ("interviewer", "Go on.", 200), ASKED, at=250)
    right = "Two thousand reviewers, about 400 decisions each a day, and that number won't grow this year."
    assert broken(right, seen, MoveKind.ANSWER, facts=("reviewers",)) == []
    assert "figure" in broken("We have about three thousand reviewers.", seen, MoveKind.ANSWER, facts=("reviewers",))
    assert "fact_unsaid" in broken("Quite a few.", seen, MoveKind.ANSWER, facts=("reviewers",))
    assert "fact_unknown" in broken("Ten.", seen, MoveKind.ANSWER, facts=("head-count",))
    assert "fact_unasked" in broken(right, view(knowledge), MoveKind.ANSWER, facts=("reviewers",))


def test_of_a_fact_that_tells_several_things_one_may_be_said_alone():
    answer = "Advertisers bid per click and pay only when someone clicks. It's a second-price auction for every slot."
    fact = Fact(id="payment-model", asks=["How do they pay?", "Per click?", "Which auction?"], answer=answer)
    assert states_of_fact("Yes, they bid per click and pay only when someone clicks.", fact)
    assert states_of_fact("A second-price auction.", fact)
    assert not states_of_fact("Yes, that's how it works.", fact)
    several = fact.model_copy(
        update={"answer": "Thirty countries. Bikes in dense cities, scooters and cars elsewhere."}
    )
    assert states_of_fact("Bikes in dense cities, cars elsewhere.", several), "though the countries were not asked for"
    assert not states_of_fact("That's yours to decide.", several)


def test_what_was_told_of_a_fact_are_the_sentences_that_told_it_each_content_once():
    answer = "A hundred million payments a day, so about twelve hundred a second and five thousand at peak."
    fact = Fact(id="volume", asks=["How many?", "What's the QPS?", "What's the scale?"], answer=answer)
    first = "A hundred million payments a day. Which of them would you look at first?"
    assert told_of_fact([first], fact) == ["A hundred million payments a day."]
    later = "Five thousand a second at peak. That is a lot."
    assert told_of_fact([first, later, first], fact) == [
        "A hundred million payments a day.",
        later.split(". ")[0] + ".",
    ]
    assert told_of_fact([first, answer], fact) == [answer], "the whole of it takes the place of a part"
    assert told_of_fact(["Plenty, all day long. Is that enough?"], fact) == ["Plenty, all day long."]


def test_a_case_that_is_put_behind_a_fact_is_none_of_it():
    fact = Fact(id="rate", asks=["How many?", "What share?", "Which rate?"], answer="About one per cent are clicked.")
    said = "About one per cent. Two ads, same bid: one sells, one never does. What does v1 do with them?"
    assert told_of_fact([said], fact) == ["About one per cent."]
    vague = "Hardly any of them are. Say two ads have the same bid. What does v1 do with them?"
    assert len(told_of_fact([vague], fact)) == 1
    assert told_of_fact([""], fact) == []


def test_what_was_agreed_or_given_may_be_said_for_ever(knowledge):
    agreed = ("interviewer", "Say five engineers.", 200)
    seen = view(knowledge, agreed, ASKED, at=250)
    assert broken("Say forty engineers.", seen, MoveKind.ANSWER, agreed=("forty engineers",)) == []
    assert broken("Five engineers, as I said.", seen, MoveKind.ANSWER) == []
    assert "figure" in broken("Our team has seventy engineers.", seen, MoveKind.ANSWER)


def test_the_time_is_said_truly_or_not_at_all(knowledge):
    seen = view(knowledge, at=30 * 60)
    assert broken("We have fifteen minutes left. What about serving?", seen, MoveKind.TIME_CHECK) == []
    assert broken("About a quarter of an hour left.", seen, MoveKind.META) == []
    assert "time" in broken("We have ten minutes left. What about serving?", seen, MoveKind.TIME_CHECK)
    assert broken("A payment has five minutes left to settle: what do you know then?", seen) == []


def test_nothing_ends_unasked(knowledge):
    for last in (
        "Am I done?",
        "Anything else?",
        "That's all from me.",
        "I think we can stop training early here.",
        "Bye the way, no.",
    ):
        moves = allowed(view(knowledge, ("interviewer", "Okay.", 200), ("candidate", last, 220), at=230)).moves
        assert not moves & {MoveKind.CLOSE, MoveKind.WRAP_UP}, last


def test_a_wish_to_end_is_asked_back_and_closes_only_when_confirmed(knowledge):
    wish = [("interviewer", "Okay.", 200), ("candidate", "I have to go now, can we stop here?", 220)]
    said = allowed(view(knowledge, *wish, at=230)).moves
    assert MoveKind.WRAP_UP in said
    assert MoveKind.CLOSE not in said
    for answer, closes in (
        ("Yes please.", True),
        ("Yeah, that's all.", True),
        ("No, let's go on with serving.", False),
    ):
        seen = view(knowledge, at=240)
        turns = [
            *seen.transcript.turns,
            *view(knowledge, *wish).transcript.turns[-2:],
            *Transcript.model_validate(
                {
                    "case": CASE,
                    "level": "senior",
                    "turns": [
                        {
                            "speaker": "interviewer",
                            "text": "Shall we stop here?",
                            "at": 230,
                            "move": {"kind": "wrap_up"},
                        },
                        {"speaker": "candidate", "text": answer, "at": 240},
                    ],
                }
            ).turns,
        ]
        transcript = seen.transcript.model_copy(update={"turns": turns})
        state = fold(transcript, 250)
        after = View(transcript, 250, state, seen.agenda, knowledge, turns[-1])
        assert (allowed(after).forced is MoveKind.CLOSE) == closes, answer


def test_clock_buttons_and_silence_force_the_move(knowledge):
    empty = Transcript.model_validate({"case": CASE, "level": "mid", "turns": []})
    opening = View(empty, 0, fold(empty, 0), Agenda(empty.level), knowledge, None)
    assert allowed(opening).forced is MoveKind.OPEN
    assert allowed(view(knowledge, at=50 * 60)).forced is MoveKind.CLOSE
    assert allowed(view(knowledge, at=45 * 60)).forced is MoveKind.WRAP_UP
    for event, move in (("end", "close"), ("hint", "hint"), ("skip", "move_on"), ("pause", "let_go_on")):
        seen = view(knowledge, at=250)
        turn = seen.transcript.turns[-1].model_copy(update={"event": event, "text": ""})
        transcript = seen.transcript.model_copy(update={"turns": [*seen.transcript.turns[:-1], turn]})
        pressed = View(transcript, 250, fold(transcript, 250), seen.agenda, knowledge, turn)
        assert allowed(pressed).forced == move
    silent = view(knowledge, ("interviewer", "Which one?", 220), at=260)
    assert allowed(silent).forced is MoveKind.LET_GO_ON


def test_a_practice_of_one_part_never_moves_on(knowledge):
    seen = view(knowledge, mode="step:evaluation")
    assert MoveKind.MOVE_ON not in allowed(seen).moves
    assert {step.value for step in allowed(seen).steps} == {"evaluation"}


def test_the_situation_changes_once_or_twice_in_the_middle(knowledge):
    assert MoveKind.CURVEBALL not in allowed(view(knowledge)).moves
    assert MoveKind.CURVEBALL in allowed(view(knowledge, at=20 * 60)).moves
    assert MoveKind.CURVEBALL not in allowed(view(knowledge, at=44 * 60)).moves


def test_help_is_a_hint_only_when_it_is_wanted(knowledge):
    assert MoveKind.HINT not in allowed(view(knowledge)).moves
    stuck = view(
        knowledge, ("interviewer", "Which?", 200), ("candidate", "I'm stuck, could I get a hint?", 220), at=230
    )
    assert MoveKind.HINT in allowed(stuck).moves


def test_problems_names_rules_for_words_without_an_interview():
    assert problems("Great, go on.") == ["praise"]
    assert problems("What about the two-tower part?", terms=["two-tower"]) == ["leak: two-tower"]
    assert problems('You said "two-tower". Why?', terms=["two-tower"]) == []
    assert "repeat" in problems("Okay. What would you train on?", said=["What would you train on?"])
