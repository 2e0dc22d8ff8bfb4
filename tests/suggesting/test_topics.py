"""Messages about the same matter find together; what only sounds alike does not."""

from pathlib import Path

import pytest

from weiwang.suggesting.topics import shared, topics
from weiwang.suggesting.topics_cli import run_topics

DUST = [("丽景园夜间渣土车扬尘", f"丽景园北门渣土车整夜进出，第{n}天了，灰大得开不了窗") for n in range(6)]
PARKING = [("星河湾捆绑销售车位", f"星河湾开发商要求买房必须买车位，{n}号楼业主不同意") for n in range(4)]
OTHERS = [
    ("请问生育津贴怎么领", "材料要哪些"), ("村口桥面破损", "过车很危险"), ("幼儿园收费咨询", "有没有标准"),
    ("老旧小区加装电梯进度", "什么时候开工"), ("公交线路调整建议", "早高峰太挤"),
]  # fmt: skip


def test_the_larger_topic_comes_first_and_others_stay_out() -> None:
    messages = [OTHERS[0], *DUST, *OTHERS[1:3], *PARKING, *OTHERS[3:]]
    found = topics(messages)
    assert [sorted(topic.members) for topic in found] == [list(range(1, 7)), list(range(9, 13))]
    assert any("渣土车" in word for word in found[0].words)


def test_few_messages_are_no_topic() -> None:
    assert topics([*DUST[:2], *OTHERS]) == []
    assert topics([]) == []
    assert topics([("", "")] * 5) == []


def test_the_same_messages_give_the_same_topics() -> None:
    assert topics([*DUST, *PARKING, *OTHERS]) == topics([*DUST, *PARKING, *OTHERS])


def test_shared_words_are_in_many_of_the_texts() -> None:
    assert shared(["东门路灯不亮", "路灯不亮很黑", "西边路灯不亮"])[0] == "路灯不亮"


def test_topics_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    rows = [*DUST, *PARKING, *OTHERS]
    lines = [f"{n},{subject},{body},2026-11-{n + 1:02}" for n, (subject, body) in enumerate(rows)]
    source.write_text("编号,主题,详情,时间\n" + "\n".join(lines) + "\n", encoding="utf-8")
    asked = ["--csv", str(source), "--text", "主题", "详情", "--time", "时间", "--out", str(out)]
    assert run_topics(asked) == 0
    assert capsys.readouterr().out == "2 topics, 10 of 15 messages\n"
    assert out.read_text(encoding="utf-8").splitlines()[1].startswith("1,6,")
    assert run_topics([*asked[:3], "无", "--out", str(out)]) == 2
