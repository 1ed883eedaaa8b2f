"""Who is who: what the user says always matches; without it labels and the talk decide, or we ask; names become roles."""

import pytest

from interviewer import BadInput
from interviewer.imports import Imported, SpeakersUnclear, read_any

TALK = "{0}: Hello, today I'd like you to design a news feed.\n{1}: How many users read it each day, and how old are the posts?\n{0}: Many.\n{1}: Then I would rank by a predicted click."


def talk(asks: str, tells: str, **options: object) -> Imported:
    return read_any(TALK.format(asks, tells).encode(), "talk.txt", case="news-feed-ranking", level="mid", **options)


def texts(found: Imported, role: str = "candidate") -> list[str]:
    return [turn.text for turn in found.transcript.turns if turn.speaker == role]


@pytest.mark.parametrize(
    ("label", "given"),
    [
        ("María de la Cruz", "maria de la cruz"),
        ("MARÍA DE LA CRUZ", "María"),
        ("Cruz, María (Guest)", "María Cruz"),
        ("Cruz, María (Guest)", "Cruz, María (Guest)"),
        ("Daniel Ortiz [External]", "daniel"),
        ("Daniel 🚀 Ortiz", "Daniel Ortiz"),
        ("🦊 Robin (she/her)", "robin"),
        ("Nguyễn Văn An", "nguyen van an"),
        ("O’Neil, Séan", "sean o'neil"),
        ("Jean-Luc Picard", "jean luc"),
        ("Łukasz Żak", "Łukasz Żak"),
        ("王小明", "王小明"),
        ("Анна Петрова", "анна"),
        ("محمد علي", "محمد علي"),
        ("Dr. J. R. Smith", "smith"),
        ("Candidate 10", "Candidate 10"),
        ("SPEAKER_01", "speaker 1"),
        ("Speaker 2", "SPEAKER 02"),
        ("user_4711", "user_4711"),
        ("anna k", "Anna K"),
        ("x-wing fan 99", "x-wing fan 99"),
        ("Will", "will"),
        ("Daniel Ortiz | Acme GmbH", "Daniel Ortiz"),
        ("Daniel Ortiz (Daniel's iPhone)", "Daniel Ortiz"),
    ],
)
def test_a_name_that_the_user_gave_matches(label: str, given: str) -> None:
    found = talk("Hannah Whitlock", label, candidate=given)
    assert texts(found) == [
        "How many users read it each day, and how old are the posts?",
        "Then I would rank by a predicted click.",
    ]
    assert len(texts(found, "interviewer")) == 2


def test_a_beginning_that_two_names_have_is_asked_about() -> None:
    with pytest.raises(SpeakersUnclear, match="could be 'Daniel Ortiz' or 'Daniela Ruiz'"):
        talk("Daniel Ortiz", "Daniela Ruiz", candidate="dani")


@pytest.mark.parametrize("role", ["candidate", "interviewer"])
def test_a_role_that_never_speaks_is_one_error_that_lists_the_names(role: str) -> None:
    with pytest.raises(SpeakersUnclear) as error:
        talk("Anna Berg", "Ben Okri", **{role: "Zoe"})
    assert "'Zoe' never speaks" in str(error.value)
    assert "Anna Berg (11 words), Ben Okri (21 words)" in str(error.value)
    assert "\n" not in str(error.value)
    assert [one.name for one in error.value.speakers] == ["Anna Berg", "Ben Okri"]


def test_an_interviewer_alone_is_no_interview() -> None:
    with pytest.raises(SpeakersUnclear, match="candidate never speaks"):
        read_any(b"Interviewer: Design a feed.\nInterviewer: Hello?", "a.txt")
    with pytest.raises(BadInput, match="both"):
        talk("Anna", "Ben", candidate="Ben", interviewer="Ben")


def test_a_name_given_for_a_file_without_names_is_an_error_and_without_it_all_is_the_candidates() -> None:
    bare = b"1\n00:00:01,000 --> 00:00:04,000\nI would start with the labels.\n"
    with pytest.raises(SpeakersUnclear, match="names no speakers"):
        read_any(bare, "a.srt", candidate="Ben")
    found = read_any(bare, "a.srt")
    assert texts(found) == ["I would start with the labels."]
    assert any("no speakers" in warning for warning in found.warnings)


def test_without_being_told_whoever_opens_and_poses_the_problem_asks_and_a_warning_says_so() -> None:
    found = talk("Anna Berg", "Ben Okri")
    assert len(texts(found)) == 2
    assert any("Ben Okri is taken as the candidate" in warning for warning in found.warnings)


def test_two_who_cannot_be_told_apart_are_asked_about() -> None:
    with pytest.raises(SpeakersUnclear, match=r"Choose with --candidate NAME: Anna \(4 words\), Ben \(4 words\)"):
        read_any(b"Anna: I rank by clicks.\nBen: I rank by likes.\n", "a.txt")


PANEL = """Anna Berg: Welcome. Please design a news feed.
Ben Okri: How many users read it, and how often do they come back in a week?
Cleo Diaz: Ten million, daily.
Ben Okri: Then I would rank by a predicted click, and watch returning readers.
Anna Berg: Why clicks?
Cleo Diaz: Exactly.
Ben Okri: They are plentiful, though they mislead."""


def test_a_panel_of_two_asks_and_an_observer_can_be_left_out() -> None:
    both = read_any(PANEL.encode(), "a.txt", candidate="Ben")
    assert texts(both, "interviewer")[1:] == ["Ten million, daily.", "Why clicks?", "Exactly."]
    assert any("Taken as interviewers" in warning for warning in both.warnings)
    one = read_any(PANEL.encode(), "a.txt", candidate="Ben", interviewer="Anna")
    assert texts(one, "interviewer") == ["Welcome. Please design a news feed.", "Why clicks?"]
    assert any("Left out" in warning and "Cleo Diaz (4 words)" in warning for warning in one.warnings)
    with pytest.raises(SpeakersUnclear, match="who is the candidate"):
        read_any(PANEL.encode(), "a.txt", interviewer="Anna")
    inferred = read_any(PANEL.encode(), "a.txt")
    assert len(texts(inferred)) == 3


def test_one_person_under_two_labels_is_one_person() -> None:
    found = read_any(
        b"Anna: Please design a feed.\nBen Okri: How big?\nAnna: Big.\nBEN OKRI (Guest): Then rank.\n",
        "a.txt",
        candidate="ben okri",
    )
    assert texts(found) == ["How big?", "Then rank."]


def test_numbers_and_words_that_are_also_names_stay_words() -> None:
    found = read_any(
        b"Interviewer: Design a news feed.\nCandidate 10: For 10 million users I would cache 10 items.\nInterviewer: Why 10?",
        "a.txt",
    )
    assert texts(found, "interviewer") == ["Design a news feed.", "Why 10?"]
    words = "Will the advertisers pay? Price matters, and Grant me that May is a month. Will Price said so."
    named = read_any(
        f"Will Price: What will Price floors do in May? Mark the changes.\nGrant May: {words}\nWill Price: Thanks, Grant. Grant, could you draw it? As Grant May said. Grant me one more.".encode(),
        "a.txt",
        candidate="Grant May",
    )
    assert texts(named) == [words]
    assert texts(named, "interviewer") == [
        "What will Price floors do in May? Mark the changes.",
        "Thanks, [candidate]. [candidate], could you draw it? As [candidate] said. Grant me one more.",
    ]
    assert sum(named.replaced.values()) == 3
    assert any("'Grant' by [candidate] (2)" in warning for warning in named.warnings)


def test_names_stay_where_that_is_asked_for() -> None:
    text = b"Anna: Hi Ben, design a feed.\nBen: How big, Anna?"
    assert texts(read_any(text, "a.txt"), "interviewer") == ["Hi [candidate], design a feed."]
    kept = read_any(text, "a.txt", keep_names=True)
    assert texts(kept, "interviewer") == ["Hi Ben, design a feed."]
    assert kept.replaced == {}


@pytest.mark.parametrize(
    "words",
    [
        "Two things: labels, and time.\nhere is one: labels.",
        "Candidate generation: two towers. Candidate sampling: uniform.",
        "Features: age\nLabels: clicks\nFeatures: country",
        "Pros: fast.\nCons: coarse.",
        "We meet at 10:30 and the ratio is 3:1, see http://x.y/z: it works.",
        "Redis: I'd cache there.",
        "R&D pays; a < b > c &c. [brackets] *stars* #1 <tags> stay 100%.",
    ],
)
def test_words_before_a_colon_are_the_candidates_words(words: str) -> None:
    found = read_any(f"Anna: Design a feed.\nBen: {words}\nAnna: Go on.\nBen: Done.".encode(), "a.txt", candidate="Ben")
    assert texts(found)[0] == " ".join(words.split("\n"))
    assert len(found.speakers) == 2


def test_a_long_monologue_is_cut_between_cues_so_that_times_still_say_where() -> None:
    cues = "\n\n".join(
        f"00:{n // 60:02}:{n % 60:02}.000 --> 00:59:59.000\n<v Ben>{'word ' * 19}{n}.</v>" for n in range(0, 600, 10)
    )
    found = read_any(
        f"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n<v Anna>Go.</v>\n\n{cues}".encode(), "a.vtt", candidate="Ben"
    )
    turns = found.transcript.candidate_turns()
    assert len(turns) == 4
    assert [turn.at for _, turn in turns] == [0, 150, 300, 450]
    assert " ".join(turn.text for _, turn in turns).split()[-1] == "590."


def test_case_and_level_may_be_unknown_and_what_is_assumed_is_said() -> None:
    found = read_any(b"Interviewer: Design.\nCandidate: How big?", "a.txt")
    assert (found.transcript.case, found.transcript.level) == ("unknown", "senior")
    assert any("senior is assumed" in warning for warning in found.warnings)
    ours = read_any(b'{"case": "x", "level": "mid", "turns": []}', "a.json", level="staff", case="y")
    assert (ours.transcript.case, ours.transcript.level, ours.format) == ("y", "staff", "our JSON")


def test_small_words_within_a_name_do_not_hide_it():
    long = "Jonas Maier von und zu Berg"
    talk = f"Priya: Where do you start?\n{long}: With the users, and what a click is worth.\nPriya: Then?\n{long}: Labels.\n"
    read = read_any(talk.encode(), "talk.txt")
    assert {one.name: one.role for one in read.speakers} == {"Priya": "interviewer", long: "candidate"}
