"""Forms in which models answer, on three benchmarks: each is read as meant or rightly unread.

In a form, `{L}` and `{T}` are the letter and the text of the option that is meant, `{M}` and `{O}` those of
another one, and `{N}` a third letter. In a form of an order, `{1}` to `{3}` are its clips.
"""

from __future__ import annotations

from typing import Any

import pytest

from synrl.evaluation.scoring.item import score_item

OPTIONS = {
    "tvbench": ("Moving to the left.", "Moving to the right.", "Not moving.", "Moving up."),
    "videommmu": (r"$\frac{a}{b}$", "$\\pi^2$, at $t=0$", "$12$", r"\textbf{3.5 m}", "A: $12.00"),
    "mvbench": (
        "Took the box, then the bag",
        "Above the horizon: H, OH",
        "(c)(e)(a)(b)(d)",
        "Put down the cup.",
    ),
}
MEANT = {"tvbench": 1, "videommmu": 1, "mvbench": 1}

READ = (
    "{L}", " {L} ", "{L}.", "({L})", "({L}).", "[{L}]", "[[{L}]]", "<{L}>", "{{{L}}}", '"{L}"', "'{L}'",
    "“{L}”", "«{L}»", "{L})", "{L}:", "{L}!", "{L};", "{L},", "**{L}**", "__{L}__", "*{L}*", "`{L}`",
    "${L}$", r"\({L}\)", r"\text{{{L}}}", r"\textbf{{{L}}}", r"\mathbf{{{L}}}", "### {L}", "> {L}", "- {L}",
    "✅ {L}", "{L} ✅", "{L}\n", "\n\n{L}\n\n", "{L} {T}", "{L}. {T}", "{L}: {T}", "({L}) {T}", "{L}) {T}",
    "{L} - {T}", "{L} – {T}", "{L}, {T}", "{L} = {T}", "**{L}. {T}**", "**{L}**. {T}", "- {L}. {T}",
    "- ({L}) {T}", "Option {L}", "option {L}", "Option {L}: {T}", "Option ({L})", "Choice {L}",
    "Letter {L}", "{T}", '"{T}"', "**{T}**", "{T} ({L})", "{T} (option {L})", "<answer>{L}</answer>",
    "<answer>\n{L}\n</answer>", "<answer>({L})</answer>", "<answer>{L}. {T}</answer>",
    "<answer>{L} - {T}</answer>", "<answer>{L}, {T}</answer>", '<answer>"{L}"</answer>',
    "<answer>{T}</answer>", "<Answer>{L}</Answer>", "<ANSWER>{L}</ANSWER>", "<answer>**{L}**</answer>",
    "<answer>Option {L}</answer>", "<answer>The answer is {L}</answer>", r"<answer>\boxed{{{L}}}</answer>",
    "<answer>{L}</answer>\nI hope that helps.", "<think>{M} or {N}?</think>{L}",
    "<think>{M}?</think>{L}</answer>", "<think>{M}?</think>\n\n{L}\n</answer>",
    "<think>It is {M}.</think><answer>{L}</answer>", "<Think>{M}</Think><Answer>{L}</Answer>",
    "{L}</answer>", "<think>The answer is {M}.</think>\n**{L}**", "reasons {M}</think><answer>{L}</answer>",
    r"\boxed{{{L}}}", r"$\boxed{{{L}}}$", r"\boxed{{\text{{{L}}}}}", r"\boxed{{\textbf{{({L})}}}}",
    r"\boxed{{{L}. {T}}}", r"\boxed{{{T}}}", r"So \[\boxed{{{L}}}\]", r"\boxed {{{L}}}",
    "<|begin_of_box|>{L}<|end_of_box|>", "It rises. <|begin_of_box|>{L}<|end_of_box|>",
    "<|begin_of_box|>{L}. {T}<|end_of_box|>", "The answer is {L}", "The answer is {L}.",
    "The answer is ({L}).", "The answer is **{L}**.", "The answer is: {L}", "The answer is option {L}.",
    "The answer is {L}. {T}", "The answer is ({L}) {T}", "The answer is {T}", "The answer is: **{T}**",
    "The answer is \"{L}\".", "the correct answer is {L}", "The best answer is {L}.", "My answer is {L}.",
    "My answer: {L}", "Answer: {L}", "Answer: ({L})", "Answer:{L}", "ANSWER: {L}", "Answer - {L}",
    "**Answer:** {L}", "**Answer: {L}**", "**Answer**: {L}", "### Answer\n{L}", "## Answer: {L}",
    "Answer:\n\n**{L}**", "Final answer: {L}", "**Final Answer:** {L}. {T}", "Final Answer\n{L}",
    "Ans: {L}", "Ans. {L}", "answer = {L}", '{{"answer": "{L}"}}', "{{'answer': '{L}'}}",
    "Correct option: {L}", "The correct option is {L}.", "The correct choice is ({L}).",
    "The right option is {L}", "Option {L} is correct.", "{L} is correct.", "({L}) is the right answer.",
    "{L} is the answer.", "{L} is clearly the best answer", "I choose {L}.", "I pick ({L})",
    "I select {L}.", "I would go with {L}.", "I'm going with option {L}.", "I think it's {L}.",
    "I'd say {L}.", "It is {L}.", "It's ({L}).", "It should be {L}.", "It must be {L}.",
    "So the answer is {L}.", "Thus, {L}.", "Therefore, the answer is ({L}).", "Hence {L}", "So, {L}. {T}",
    "Therefore {L}.", "Sure! {L}", "Based on the video, {L}. {T}", "Based on the video, {L}.",
    "Based on this clip, the answer is {L}.", "Based on the frames, ({L}) {T}", "It goes there.\n\n{L}",
    "It goes there.\n{L}. {T}", "It goes there.\n\nAnswer: {L}", "First this.\nThen that.\n**{L}**",
    "{L}\n\nIt goes there all the time.", "{L}. It goes there all the time.", "{L}\n{T}",
    "{L} because it goes there", "The answer is {L}, not {M}.", "The answer is {L}, because it goes there.",
    "The answer is {M}. No, the answer is {L}.", "Option {M} is tempting. The answer is {L}.",
    "{M} is not correct. {L} is correct.", "The answer is {L} since it goes",
    "The answer is {L}; the rest is wrong.", "The answer is {L}\n\nIt goes there.",
    "The most likely answer is {L}.", "The answer should be {L}.", "The answer would be {L}.",
    "The answer must be {L}.", "The answer to the question is {L}.", "答案是{L}", "答案是{L}。", "答案：{L}",
    "答案为{L}", "正确答案是 {L}", "选{L}", "应选{L}。", "故选：{L}",
    "所以答案是({L})", "答案是{L},因为它向右", "选择{L}。", "选项{L}",
    "最终答案：**{L}**", "（{L}）", "【{L}】", "「{L}」", "{L}：{T}", "{L}。", "{L}．",
)  # fmt: skip
UNREAD = (
    "", ".", "?", "I can't tell.", "Z", "The answer is Z.", "Option Z", "\\boxed{{Z}}", "答案是Z",
    "none of them", "{L} or {M}", "{L} and {M}", "{L}, {M}", "{L}/{M}", "{L} & {M}", "{L}{M}", "[{L}, {M}]",
    "({L})({M})", "{L}\n{M}", "{L}, {M} and {N}", "{L}, {M}, {N}", "Answer: {L}, {M} and {N}",
    "The answer is {L}, {M} and {N}.", "{L}, {M} or {N}", "The answer is {L}, {M} or {N}.",
    "The answer is {L} or {M}.", "The answer is {L} and {M}.", "The answer is {L}/{M}.",
    "The answer is either {L} or {M}", "The answer is ({L})({M})({N}).",
    "The answer is ({L}), ({M}), ({N}).", "The answer is ({L}) -> ({M}) -> ({N})",
    "The answer is {L} -> {M} -> {N}", "The answer is {L} → {M}",
    "答案是{L}和{M}", "答案是{L}或{M}", "答案是{L}、{M}",
    "\\boxed{{{L}, {M}}}", "\\boxed{{{L} \\text{{ or }} {M}}}", "{L}. {T}\n{M}. {O}",
    "- {L}. {T}\n- {M}. {O}", "{T} or {O}", "{L}. {O}", "({L}) {O}", "{L}: {O}", "{L} - {O}", "{O} ({L})",
    "The answer is not {L}.", "not {L}", "{L} is not correct.", "{L} is wrong", "Neither {L} nor {M}",
    "The answer is {L}. Wait, no, it is {M}.", "The answer is {L}. Hmm, actually it should be {M}.",
    "The answer is {L}. Sorry, it's {M}.", "{L} is correct, {M} is correct",
    "Both {L} and {M} are correct.", "<answer>{L} or {M}</answer>", "<answer>{L}, {M}</answer>",
    "<answer></answer>", "<think>{L}</think>", "<think>{L}", "<think>The answer is {L}.", "<answer>{L}",
    "{L}</answer>{M}</answer>", "<answer>{L}. {T}\n{M}. {O}</answer>",
    "Option {L} is tempting, and option {M}: less so.", "It may be {L}.\nIt may be {M}.",
    "<|begin_of_box|>{L} or {M}<|end_of_box|>", "A man falls", "a disc", "The answer is a disc.",
    "I will answer A man",
)  # fmt: skip


def said(form: str, benchmark: str) -> str:
    options, place = OPTIONS[benchmark], MEANT[benchmark]
    return form.format(
        L="ABCDE"[place], T=options[place], M="ABCDE"[place + 1], O=options[place + 1], N="ABCDE"[place - 1]
    )


def given(form: str, benchmark: str) -> str | None:
    options = OPTIONS[benchmark]
    item: dict[str, Any] = dict(kind="choice", answer="ABCDE"[MEANT[benchmark]], options=list(options))
    return score_item(item, said(form, benchmark)).given


@pytest.mark.parametrize("benchmark", OPTIONS)
def test_one_choice_is_read_in_each_of_its_forms(benchmark: str) -> None:
    assert len(set(READ)) + len(set(UNREAD)) == len(READ) + len(UNREAD) >= 250
    letter = "ABCDE"[MEANT[benchmark]]
    assert {form: read for form in READ if (read := given(form, benchmark)) != letter} == {}


@pytest.mark.parametrize("benchmark", OPTIONS)
def test_what_names_no_option_or_several_is_read_as_none(benchmark: str) -> None:
    assert {form: read for form in UNREAD if (read := given(form, benchmark)) is not None} == {}
