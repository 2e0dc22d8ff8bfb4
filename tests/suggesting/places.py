"""Invented messages of three kinds, made of a few words each, so that tests need no real texts."""

import random

KINDS = {
    "道路": ("路面", "坑洼", "路灯", "井盖", "车辆", "拥堵", "人行道", "红绿灯", "停车", "标线"),
    "学校": ("学生", "老师", "作业", "食堂", "校服", "上课", "招生", "学费", "操场", "考试"),
    "垃圾": ("垃圾", "清运", "臭味", "桶满", "保洁", "污水", "苍蝇", "堆放", "焚烧", "异味"),
}
COMMON = ("小区", "门口", "附近", "最近", "居民", "希望", "处理", "反映", "问题", "部门")


def messages(count: int, *, seed: int = 0, spaced: bool = False) -> list[tuple[str, str, str]]:
    """Subject, detail and label; about one word in eight belongs to another kind."""
    dice = random.Random(seed)
    made = []
    for _ in range(count):
        label = dice.choice(list(KINDS))
        words = [
            dice.choice(KINDS[label] if dice.random() < 0.87 else dice.choice(list(KINDS.values())))
            for _ in range(8)
        ]
        subject, detail = (
            words[:3],
            [word for pair in zip(words[3:], dice.sample(COMMON, 5), strict=True) for word in pair],
        )
        between = " " if spaced else ""
        made.append((between.join(subject), between.join(detail), label))
    return made
