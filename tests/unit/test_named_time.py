"""The time that a question names: what is understood, what is left alone, and how near counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from memsvc.core.named_time import OPEN_END, OPEN_START, NamedTime, closeness, named_time


def nearness(moment: datetime, named: NamedTime) -> float:
    """Return the closeness of one moment."""
    return float(closeness(np.array([moment.timestamp()]), named)[0])


#: A Wednesday.
NOW = datetime(2023, 8, 16, 12, tzinfo=UTC)
START, END = "0001-01-01", "9999-12-31"
#: Words, with bars around those that name the time; its first day; the day after its last.
NAMED = [
    ("in |2023|", "2023-01-01", "2024-01-01"),
    ("during |2021|", "2021-01-01", "2022-01-01"),
    ("in |the year 2020|", "2020-01-01", "2021-01-01"),
    ("in |May|", "2023-05-01", "2023-06-01"),
    ("in |may|", "2023-05-01", "2023-06-01"),
    ("in |September|", "2022-09-01", "2022-10-01"),
    ("in |Sept|", "2022-09-01", "2022-10-01"),
    ("|last May|", "2023-05-01", "2023-06-01"),
    ("|next May|", "2024-05-01", "2024-06-01"),
    ("|this May|", "2023-05-01", "2023-06-01"),
    ("|May 2023|", "2023-05-01", "2023-06-01"),
    ("|Dec. 2022|", "2022-12-01", "2023-01-01"),
    ("in |2023-05|", "2023-05-01", "2023-06-01"),
    ("in |May last year|", "2022-05-01", "2022-06-01"),
    ("in |May of last year|", "2022-05-01", "2022-06-01"),
    ("|last year in May|", "2022-05-01", "2022-06-01"),
    ("in |early June|", "2023-06-01", "2023-06-11"),
    ("|mid-July|", "2023-07-11", "2023-07-21"),
    ("at |the end of August 2022|", "2022-08-21", "2022-09-01"),
    ("|early 2022|", "2022-01-01", "2022-05-02"),
    ("in |the second half of 2022|", "2022-07-02", "2023-01-01"),
    ("at |the beginning of last month|", "2023-07-01", "2023-07-11"),
    ("on |8 May 2023|", "2023-05-08", "2023-05-09"),
    ("on |8 may|", "2023-05-08", "2023-05-09"),
    ("|May 8th|", "2023-05-08", "2023-05-09"),
    ("on |Sept. 5|", "2022-09-05", "2022-09-06"),
    ("on |Monday, May 8, 2023|", "2023-05-08", "2023-05-09"),
    ("on |Easter Monday, 21 April 2025|", "2025-04-21", "2025-04-22"),
    ("on |the 3rd of June|", "2023-06-03", "2023-06-04"),
    ("on |the twenty-first of May 2022|", "2022-05-21", "2022-05-22"),
    ("on |29 February|", "2020-02-29", "2020-03-01"),
    ("on |2023-05-08|", "2023-05-08", "2023-05-09"),
    ("at |2023-05-08|T10:00:00Z", "2023-05-08", "2023-05-09"),
    ("on |5/8/2023|", "2023-05-08", "2023-05-09"),
    ("on |25/12/2022|", "2022-12-25", "2022-12-26"),
    ("|last Friday|", "2023-08-11", "2023-08-12"),
    ("|next Friday|", "2023-08-18", "2023-08-19"),
    ("on |Monday|", "2023-08-14", "2023-08-15"),
    ("on |Friday| night", "2023-08-11", "2023-08-12"),
    ("|this Tuesday|", "2023-08-15", "2023-08-16"),
    ("on |Tuesday last week|", "2023-08-08", "2023-08-09"),
    ("|last week on Tuesday|", "2023-08-08", "2023-08-09"),
    ("|yesterday|", "2023-08-15", "2023-08-16"),
    ("|today|", "2023-08-16", "2023-08-17"),
    ("|tomorrow|", "2023-08-17", "2023-08-18"),
    ("|last night|", "2023-08-15", "2023-08-16"),
    ("|the day before yesterday|", "2023-08-14", "2023-08-15"),
    ("|3 days ago|", "2023-08-13", "2023-08-14"),
    ("|five minutes ago|", "2023-08-16", "2023-08-17"),
    ("|two weeks ago|", "2023-07-31", "2023-08-07"),
    ("|a couple of weeks ago|", "2023-07-31", "2023-08-07"),
    ("|a month ago|", "2023-07-01", "2023-08-01"),
    ("|two years ago|", "2021-01-01", "2022-01-01"),
    ("|two weeks from now|", "2023-08-28", "2023-09-04"),
    ("|last week|", "2023-08-07", "2023-08-14"),
    ("|this week|", "2023-08-14", "2023-08-21"),
    ("|last weekend|", "2023-08-12", "2023-08-14"),
    ("over |the weekend|", "2023-08-12", "2023-08-14"),
    ("|last month|", "2023-07-01", "2023-08-01"),
    ("|this month|", "2023-08-01", "2023-09-01"),
    ("|next month|", "2023-09-01", "2023-10-01"),
    ("|last year|", "2022-01-01", "2023-01-01"),
    ("|this year|", "2023-01-01", "2024-01-01"),
    ("|the week before last|", "2023-07-31", "2023-08-07"),
    ("in |the last two weeks|", "2023-08-02", "2023-08-17"),
    ("over |the past three months|", "2023-05-16", "2023-08-17"),
    ("in |the past week|", "2023-08-09", "2023-08-17"),
    ("|last summer|", "2022-06-01", "2022-09-01"),
    ("|the summer before last|", "2021-06-01", "2021-09-01"),
    ("in |the winter of 2022|", "2022-12-01", "2023-03-01"),
    ("in |fall 2022|", "2022-09-01", "2022-12-01"),
    ("in |the spring|", "2023-03-01", "2023-06-01"),
    ("at |Christmas|", "2022-12-25", "2022-12-26"),
    ("|last Christmas|", "2022-12-25", "2022-12-26"),
    ("|last year at Christmas|", "2022-12-25", "2022-12-26"),
    ("on |New Year's Eve|", "2022-12-31", "2023-01-01"),
    ("on |New Year's Day 2022|", "2022-01-01", "2022-01-02"),
    ("for |Halloween|", "2022-10-31", "2022-11-01"),
    ("on |Valentine\u2019s Day|", "2023-02-14", "2023-02-15"),
    ("at |Easter 2023|", "2023-04-09", "2023-04-10"),
    ("on |Good Friday|", "2023-04-07", "2023-04-08"),
    ("on |Thanksgiving|", "2022-11-24", "2022-11-25"),
    ("on |Black Friday|", "2022-11-25", "2022-11-26"),
    ("|the first weekend of June|", "2023-06-03", "2023-06-05"),
    ("in |the last week of May 2023|", "2023-05-25", "2023-06-01"),
    ("on |the last Friday of May|", "2023-05-26", "2023-05-27"),
    ("in |the week of 8 May|", "2023-05-08", "2023-05-15"),
    ("|two weeks before Christmas|", "2022-12-11", "2022-12-18"),
    ("in |the two weeks before Christmas|", "2022-12-11", "2022-12-25"),
    ("in |the week after 8 May 2023|", "2023-05-09", "2023-05-16"),
    ("|the day before 3 June 2022|", "2022-06-02", "2022-06-03"),
    ("|three days after 3 June 2022|", "2022-06-06", "2022-06-07"),
    ("on |the Friday before 8 May 2023|", "2023-05-05", "2023-05-06"),
    ("on |the weekend after 8 May 2023|", "2023-05-13", "2023-05-15"),
    ("|between March and May 2023|", "2023-03-01", "2023-06-01"),
    ("|from December to February|", "2022-12-01", "2023-03-01"),
    ("|from May 2022 to July|", "2022-05-01", "2022-08-01"),
    ("|from 3 to 7 June 2023|", "2023-06-03", "2023-06-08"),
    ("on |3-7 June 2023|", "2023-06-03", "2023-06-08"),
    ("|June 3 to 7, 2023|", "2023-06-03", "2023-06-08"),
    ("|2023-05-08 to 2023-05-12|", "2023-05-08", "2023-05-13"),
    ("|between 2019 and 2021|", "2019-01-01", "2022-01-01"),
    ("in |May and June|", "2023-05-01", "2023-07-01"),
    ("|from last Monday to yesterday|", "2023-08-14", "2023-08-16"),
    ("|between Christmas and New Year|", "2022-12-25", "2023-01-02"),
    ("|before 2022|", START, "2022-01-01"),
    ("|until May|", START, "2023-06-01"),
    ("|by the end of 2022|", START, "2023-01-01"),
    ("|after May 2023|", "2023-06-01", END),
    ("|since June|", "2023-06-01", END),
    ("|from May 2022 onwards|", "2022-05-01", END),
    ("every Monday |last year|", "2022-01-01", "2023-01-01"),
]
#: Sentences that name no time, among them many that look like it.
UNNAMED = [
    "",
    "What is my dog called?",
    "May I ask you something?",
    "I may go.",
    "What may be wrong with it?",
    "This may help, that may be.",
    "Player 1 may move.",
    "Chapter 8 may be wrong.",
    "We march forward.",
    "When was the last march for women?",
    "Did I spring forward?",
    "the second time",
    "Will you come?",
    "April called me",
    "Who is June?",
    "a gift from June",
    "tea with May",
    "in April's kitchen",
    "I sat in the sun and we wed",
    "I wrote to Augusta",
    "version 2.0.2023",
    "release v2023.05",
    "room 2023",
    "call +1 555 2023 1234 or 555-2023",
    "it cost $2023, or 2023 dollars",
    "I sold it for 2000",
    "in 2000 words, over 2000 people",
    "in the 1990s",
    "24/7",
    "9/11",
    "8.5.2023",
    "13/13/2023",
    "10.0.20.23",
    "31 June 2023",
    "path/2023/05/08/file",
    "3/4 of a cup at 5",
    "once upon a time",
    "every Monday",
    "on Mondays",
    "each Friday night",
    "on Monday mornings",
    "on a Monday",
    "from 9 to 5, Monday to Friday",
    "every other Tuesday",
    "every May",
    "every 8 May",
    "every Christmas",
    "any Tuesday",
    "on the Friday",
    "my Monday meeting",
    "in summer",
    "my summer job",
    "Which season is it, spring or winter?",
    "Do I like Halloween?",
    "my new year's resolution",
    "in 2 minutes",
    "two weeks",
    "between 3 and 5 people",
    "three days later",
    "the next day, the day after",
    "the week before",
    "two weeks before her birthday",
    "two days after she left",
    "half a year ago",
    "two and a half years ago",
    "9999 years ago",
    "years ago, long ago",
    "the last week of school",
    "at the end of the day",
    "What do I have to do by Friday?",
    "How many days does a week have?",
]
#: Now, words, the first day, the day after the last.
MOVING = [
    ("2023-05-20T12:00Z", "in May", "2023-05-01", "2023-06-01"),
    ("2023-05-20T12:00Z", "last May", "2022-05-01", "2022-06-01"),
    ("2023-10-05T12:00Z", "last summer", "2023-06-01", "2023-09-01"),
    ("2023-10-05T12:00Z", "this summer", "2023-06-01", "2023-09-01"),
    ("2023-02-05T12:00Z", "this winter", "2022-12-01", "2023-03-01"),
    ("2023-08-18T12:00Z", "last Friday", "2023-08-11", "2023-08-12"),
    ("2023-08-18T12:00Z", "on Friday", "2023-08-18", "2023-08-19"),
    ("2023-08-18T12:00Z", "next Friday", "2023-08-25", "2023-08-26"),
    ("2023-08-20T12:00Z", "this weekend", "2023-08-19", "2023-08-21"),
    ("2023-08-20T12:00Z", "last weekend", "2023-08-12", "2023-08-14"),
    ("2023-08-21T12:00Z", "last weekend", "2023-08-19", "2023-08-21"),
    ("2023-12-20T12:00Z", "two weeks before Christmas", "2023-12-11", "2023-12-18"),
    ("2023-12-26T12:00Z", "last Christmas", "2023-12-25", "2023-12-26"),
    ("2024-03-31T12:00Z", "a month ago", "2024-02-01", "2024-03-01"),
    ("2023-08-16T23:30-05:00", "today", "2023-08-17", "2023-08-18"),
]
VOCABULARY = (
    "in on at from between and to the a last next this of before after since until by every mid-"
    " early end May may march June Sept. Monday Fridays Sun week weekends days year 3 8th 31 0 2023"
    " 1900 2099-12-31 12/31/2099 two couple few ago second first twenty-first Christmas New Year's"
    " Easter Thanksgiving summer winter today now tomorrow 9999 onwards , . - \u2013 ? my half 'S \u0130"
    " \u017fummer 5/8/2023 days\u00a0ago"
)
PHRASES = st.lists(st.sampled_from(VOCABULARY.split(" ")), max_size=12).map(
    lambda words: " ".join(words).replace("- ", "-")
)
ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
NOWS = st.datetimes(
    datetime(1970, 1, 2, tzinfo=UTC).replace(tzinfo=None),
    datetime(2100, 12, 30, tzinfo=UTC).replace(tzinfo=None),
    timezones=ZONES,
)
MOMENTS = st.datetimes(timezones=st.just(UTC))
RANGES = st.tuples(MOMENTS, MOMENTS).filter(lambda pair: pair[0] != pair[1])


def day(text: str) -> datetime:
    """Return the start of a day in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def a_range(bounds: tuple[datetime, datetime]) -> NamedTime:
    """Return the range between two moments, whichever is first."""
    return NamedTime(min(bounds), max(bounds), "then")


@pytest.mark.parametrize("around", ["{}", "What did she tell me {}?", "{}, what was it"])
@pytest.mark.parametrize(("marked", "start", "end"), NAMED)
def test_a_named_time_is_found(around: str, marked: str, start: str, end: str) -> None:
    """A question names these days with these words, wherever in it they stand."""
    query = around.format(marked.replace("|", ""))

    assert named_time(query, NOW) == NamedTime(day(start), day(end), marked.split("|")[1])


@pytest.mark.parametrize("sentence", UNNAMED)
def test_no_time_is_made_up(sentence: str) -> None:
    """Verbs, people, numbers, prices, what recurs and what rests on something unknown are no time."""
    assert named_time(sentence, NOW) is None


@pytest.mark.parametrize(("now", "words", "start", "end"), MOVING)
def test_relative_words_move_with_now(now: str, words: str, start: str, end: str) -> None:
    """What is told no closer has begun; "last" is over; "this" goes on or is of this year or week."""
    named = named_time(words, datetime.fromisoformat(now))

    assert named is not None
    assert (named.start, named.end) == (day(start), day(end))


def test_the_first_of_several_times_counts() -> None:
    """A question with two times names the first."""
    named = named_time("Since 2019, what did I say last week about May 2022?", NOW)

    assert named is not None
    assert named.text == "Since 2019"


@given(st.one_of(st.text(max_size=200), PHRASES), NOWS)
@example("late 7976 years from now", datetime(2023, 1, 1, tzinfo=UTC))
@example("from 7976 years from now to May", datetime(2023, 1, 1, tzinfo=UTC))
@example("the week of 2023 years ago", datetime(2024, 1, 1, tzinfo=UTC))
@example("9999 weeks before 1900", datetime(1970, 1, 2, tzinfo=UTC))
def test_any_text_names_a_range_of_its_own_words_or_none(query: str, now: datetime) -> None:
    """Nothing is raised; a range begins before it ends, in UTC, and its words stand in the text."""
    named = named_time(query, now)

    if named is not None:
        assert OPEN_START <= named.start < named.end <= OPEN_END
        assert named.start.utcoffset() == named.end.utcoffset() == timedelta(0)
        assert named.text
        assert named.text in query


@given(RANGES, MOMENTS)
def test_closeness_is_a_proportion(bounds: tuple[datetime, datetime], moment: datetime) -> None:
    """Closeness lies in [0, 1]; it is 1 within the range, and less than 1 a day off a short one."""
    named = a_range(bounds)

    assert 0 <= nearness(moment, named) <= 1
    if named.start <= moment < named.end:
        assert nearness(moment, named) == 1
    assert nearness(NOW - timedelta(days=2), NamedTime(NOW, NOW + timedelta(hours=1), "")) < 1


@given(RANGES, MOMENTS, MOMENTS)
def test_farther_is_never_closer(
    bounds: tuple[datetime, datetime], one: datetime, other: datetime
) -> None:
    """Of two moments the one at the greater distance has no greater closeness."""
    named = a_range(bounds)

    def distance(moment: datetime) -> timedelta:
        return max(named.start - moment, moment - named.end, timedelta(0))

    near, far = sorted((one, other), key=distance)
    assert nearness(far, named) <= nearness(near, named)


@pytest.mark.parametrize(
    ("words", "moment", "expected"),
    [
        ("on 8 May 2023", "2023-05-10", 0.5),
        ("on 8 May 2023", "2023-05-06", 0.25),
        ("in 2022", "2021-01-01", 0.5),
        ("before 2022", "2022-01-31", 0.5),
        ("before 2022", "1999-01-01", 1.0),
        ("since June", "2023-05-02", 0.5),
        ("since June", "2030-01-01", 1.0),
    ],
)
def test_one_length_away_is_half_as_close(words: str, moment: str, expected: float) -> None:
    """Closeness halves with each length of the range; with 30 days where a side is open."""
    named = named_time(words, NOW)

    assert named is not None
    assert nearness(day(moment), named) == pytest.approx(expected)
