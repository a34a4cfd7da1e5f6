"""The English that a chain is read with, whatever it is about: forms of words, small words, and what they do.

Verbs come in many forms, so words are compared by their stems. Most small words say nothing that could be
wrong (`NEUTRAL`); some turn what is said around (`DENIED`), take it back (`MISSED`, `MAYBE`), count it, or
part one thing that is said from the next. A word that stands neither here nor in what a family declares is
unknown, and a sentence with one of those is not understood.
"""

from __future__ import annotations

import re
from functools import lru_cache

_IRREGULAR = {
    form: base
    for base, forms in {
        "is": "am are was were be been being 's 're",
        "has": "have had having",
        "do": "does did done doing",
        "go": "goes going went gone",
        "come": "came",
        "get": "got gotten",
        "grow": "grew grown",
        "shrink": "shrank shrunk",
        "swing": "swung",
        "spin": "spun",
        "slide": "slid",
        "speed": "sped",
        "take": "took taken",
        "keep": "kept",
        "hold": "held",
        "draw": "drew drawn",
        "begin": "began begun",
        "become": "became",
        "make": "made",
        "stand": "stood",
        "lie": "lay lain lying",
        "strike": "struck stricken",
        "see": "saw seen",
        "run": "ran",
        "meet": "met",
        "rise": "rose risen",
        "fall": "fell fallen",
        "know": "knew known",
        "find": "found",
        "write": "wrote written",
        "set": "sets setting",
        "show": "shown",
        "tell": "told",
        "say": "said",
        "bring": "brought",
        "leap": "leapt",
        "outrun": "outran",
        "overtake": "overtook overtaken",
        "give": "gave given",
        "lose": "lost",
        "sink": "sank sunk",
        "swell": "swollen",
        "think": "thought",
        "undo": "undid undone undoing undoes",
        "put": "puts putting",
        "notice": "note notes noted noting",
        "hopefully": "hope hopes hoped hoping",
        "colour": "color colors colours coloured colored",
    }.items()
    for form in forms.split()
}
_ENDING = re.compile(r"(?<=[a-z]{3})(?:ing|(?<!e)ed)$|(?<=[a-z]{2})(?:(?<=[sxzh])es|(?<![su])s)$")


@lru_cache(8192)
def stem(word: str) -> str:
    """What the forms of a word have in common: `hops`, `hopped` and `hopping` are `hop`."""
    word = word.casefold().replace("\u2019", "'")
    word = _IRREGULAR.get(word, word)
    bare = word[:-3] + "y" if word.endswith(("ies", "ied")) and len(word) > 4 else _ENDING.sub("", word)
    if not re.search("[aeiouy]", bare):
        return word
    if len(bare) > 3 and bare[-1] == bare[-2] and bare[-1] not in "aeiou":
        bare = bare[:-1]
    return bare.removesuffix("e") if len(bare) > 3 else bare


NUMBERS = {
    **{"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8},
    **{"nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15},
}
"""Whole numbers in words."""
TIMES = {"once": 1, "twice": 2, "thrice": 3}

DENIED = """
¬ not never no none neither nor nothing nobody nowhere without cannot can't don't doesn't didn't isn't aren't
wasn't weren't won't hasn't haven't hadn't couldn't wouldn't fail_to no_longer instead_of rather_than avoid
miss refuse_to refrain_from at_no_point at_no_time could_not can_not by_no_means far_from stop_short_of
short_of deny denies fail_in keep_from kept_from
"""
MISSED = """
almost nearly hardly scarcely barely would_have could_have should_have would've could've should've about_to
on_the_verge_of as_if as_though try_to attempt_to threaten_to supposed_to meant_to pretend_to come_close_to
narrowly_miss just_miss all_but was_going_to were_going_to
"""
"""What says that a thing does not quite happen, or only would have."""
MAYBE = """
may might could would should perhaps maybe possibly can if unless whether suppose supposing assume assuming
imagine or either expect expected ought hopefully doubt doubtful unclear unsure uncertain guess wonder
hypothetically
"""
"""What says that a thing may happen, and no more."""
ONLY_SOME = """
other another else further more again anymore any_more others rest remaining except apart_from before yet
until than besides
"""
"""With a denial, words that leave open what is denied: "no other shape", "not again"."""
NOT_DENIED = """
not_only not_just nothing_but no_doubt without_doubt no_matter not_to_mention no_sooner can_not_only
without_a_doubt whether_or_not not_surprisingly can_be can_see can_read could_see can_be_seen could_be_seen
can_tell if_i if_we if_you so_if no_need no_more_than
"""
"""What denies nothing, and leaves nothing open."""

CUTS = """
then but while whereas because which so since after before until when where although though however yet
as_soon_as and_then and_so and_now followed_by such_that even_though in_which with_which by_which who that
meanwhile therefore hence thus whereupon than right_after right_before just_after just_before
immediately_after immediately_before directly_after directly_before
"""
"""Where one thing that is said ends and the next begins."""
FORTH = ("after", "since", "as soon as", "right after", "just after", "immediately after", "directly after")
BACK = ("before", "until", "right before", "just before", "immediately before", "directly before")
SOFT = ("and", ",", "(", ")", ":", "\u2014", "\u2013", ";")
"""Where it may, if both sides say something."""
BEGINS = "begin start set_off commence"
STOPS = "stop finish cease complete end_its end_their"

NEUTRAL = """
a an the this these those there here it it's its itself they them their he she i i'm i'll i'd i've we let's
let us me my is has do will shall be to of in on at by for from with into onto off out over through along
across during within against toward towards upon per via as up also too even still now just only very quite
rather really simply clearly exactly precisely about around approximately roughly circa all both each every
any some such same own whole entire first second third fourth fifth sixth seventh eighth ninth tenth last
next final initial previous following later earlier finally afterwards afterward subsequently eventually
ultimately again once_more immediately soon shortly right_after_that right_before_that right_away right_then
right_when just_after_that just_before_that immediately_after_that at_the_same_time ever early early_on late
steady at_first at_last in_the_end in_the_beginning at_the_start at_the_end in_total in_all all_in_all
in_short in_fact in_turn in_order in_particular in_sum in_summary after_that after_this before_that
after_which since_then by_then until_then that_is that_makes that_means so_that_is time moment second
seconds sec secs s interval stretch span period point instant frame mark timestamp video clip scene screen
picture view image recording footage beginning middle half part duration watch look follow note notice
observe see track count keep_an_eye_on focus concentrate consider check examine go_through read find
find_out figure_out work_out identify determine establish recall remember think know mean tell say ask need
want must answer question option choice matter match fit correspond conclude conclusion infer deduce confirm
verify compare contrast result turn_to begin_with start_with start_by start_from end_with end_up happen
occur take_place come come_about record list write write_down sum add_up up_to make give gives equal number
amount tally step_by_step one_by_one one_after_another one_after_the_other what how why whose whom okay ok
well yes thing way everything anything something somewhere careful close attention sure certain clear likely
seem appear_to look_like turn_out of_course for_example for_instance namely i.e directly straight ahead
remain stay position place spot side edge corner center centre middle border boundary location left_behind
left_over as_well_as as_well as_before as_it_is at_all at_once so_far so_on on_screen on_the_screen
on_its_way on_the_way along_the_way from_beginning_to_end from_left_to_right from_right_to_left
from_the_left from_the_right from_top_to_bottom from_bottom_to_top top_to_bottom around_the_same_time
because_of due_to according_to based_on thanks_to out_of of_the_two each_other one_another together alone
single separate different distinct new old big large small little long brief full visible given accordingly
overall altogether event action happening motion movement occurrence operation command detail fact evidence
order sequence series concern relevant important interesting key main case between among till already ago
one_s ones fine good great correct wrong true false every_time each_time this_time the_first_time
second_time third_time last_time pixel px px/s px/frame px/sec worth degree \u00b0 unit speed pace rate
value use viewing play apart left-to-right hand lead continue keep going ongoing rest wait idle motionless
stationary standing_still there's what's that's here's ca colour shape size path route figure pattern pair
two of_them them one total altogether like lot bit thereby thereafter onwards onward on_and_on forth state
state_of_things actual eyes attention mind head hold_on working_backwards work_backwards backwards backward
reverse forward forwards undo full_turn full_rotation complete_turn revolution carry_out go_on_from go_back
card pile deck stack table cup coin cell grid board gap chip container tile slot token row column board line
prompt terminal directory folder file path distance zone lane racer wall area top bottom centre empty
content shortly_after soon_after more_than fewer_than less_than no_more_than no_fewer_than bottom_right
bottom_left top_right top_left end kind show goal plan lead_to look_for key
take_it_from_there take_back further_back task enough
first_and_foremost step want need_to have_to has_to must_have_been know_that mean_that note_that so_the
so_that more_or_less
"""
"""Words that say nothing by themselves."""
PRONOUNS = "it they he she"
GENERIC = "shape object item"
"""Whatever object the clip has."""
UNCHANGED = """
change_nothing do_not_change_the doesn't_change_the nothing_change nothing_here_is_different
nothing_is_different has_no_effect no_effect leave_alone leave_unchanged leave_as_it_is do_not_affect
do_not_involve don't_affect doesn't_affect doesn't_involve stay_put stay_where_it_is remain_where_it_is
stay_unchanged remain_unchanged make_no_difference no_difference do_not_concern doesn't_concern
is_not_affected is_unaffected
"""
"""Ways to say that an operation leaves something as it is."""
COMPARATIVES = {"faster": 1, "quicker": 1, "slower": -1, "fast as": 0}
SUPERLATIVES = {"fastest": 1, "quickest": 1, "highest speed": 1, "slowest": -1, "lowest speed": -1}
"""Words that compare speeds, and which way."""
CONCLUDES = re.compile(
    r"(?:so|thus|therefore|hence|consequently|overall|altogether|in (?:all|total|short|sum|summary)"
    r"|all in all|that makes|that is|this means|added up|the (?:answer|total|count|sum))\b",
    re.IGNORECASE,
)
"""How a conclusion begins."""


SMALL = {
    "denied": DENIED,
    "missed": MISSED,
    "maybe": MAYBE,
    "some": ONLY_SOME,
    "cut": CUTS,
    "begin": BEGINS,
    "stop": STOPS,
    "neutral": f"{NEUTRAL} {NOT_DENIED}",
    "generic": GENERIC,
    "pronoun": PRONOUNS,
    "unchanged": UNCHANGED,
}
"""The words of all these lists, by what they do; of a word that is in several, the last counts."""


def listed(text: str) -> list[str]:
    """The words of a list above, and its groups of words, which are joined by underscores."""
    return [word.replace("_", " ") for word in text.split()]
