"""Cut the typeface of the printed pages out of Noto Sans CJK SC, so that a PDF can carry it.

`python -m tools.cut_font [folder with NotoSansCJK-*.ttc]` writes one file per weight to
`src/weiwang/kernel/data/fonts/`. Kept are: every character of GB 2312 (6763 hanzi, signs, Latin, Greek), the
characters of given names and place names beyond it that are met most, every other hanzi this repository uses,
and Latin-1. The same source font and the same list give the same bytes.

The family is renamed: the licence of the source keeps the name of its maker for the unchanged font.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "src/weiwang/kernel/data/fonts"
SOURCE = Path("/usr/share/fonts/opentype/noto")
FAMILY = "Weiwang Sans"
FACE = "Noto Sans CJK SC"
WEIGHTS = ("Regular", "Bold")
WRITTEN = (".py", ".html", ".po", ".yaml", ".csv", ".typ", ".md", ".txt")
# Met in names of people and places since the table of 2013 allows them, and missing from GB 2312.
NAMES = (
    "喆堃玥珺昇镕翀旻祎琨晗淼犇骉麤昀昉昳昶晞晟晧晫暐曌曦瑨瑀瑄瑭璟璠璇璐璘璞瓅玙玘玚玹珅珣珩珪琀琇琏琎琤琬琭琰琪瑆瑢"
    "妤妗姞姮姵娴婳婧婵媖媞嫕嫄嬛嫣姝彧彣彤忻忞恺悰悫惇惟惢慜懿憙戬扆扬揆揖摛撝斐斌旸旼昕昢杺杕柃栩梽楠楹榑樾樨檑欣歆毓"
    "氿汭沄沅沚沣沨泂泓洄洢洹浠浡浚涛涢涵淇淏淦淯湉湜湦湲溁溆滈滢滪漪潆潇潏潞澍澔澹濛瀚瀛炀炅炆炘炜炟炫烜烨烺焓焘焜焯煊煜煦熙熠"
    "燊燚爔牖犟猗猷畅畇畹皓皞皙盈眙矞砚砥碇磊祐祚祯祺禔禛禧禤禹秾稷稹穆竑竣竽笙筠筱箐箬篁綦缊缙缦翊翎翙翚翛翥翯耀聃聪胤臻芃芊芮芸"
    "芾苒苪苡茀茜荃荇荦荻莀莙莛莞莳菀菁菡菲萁萱葳葶蒨蒽蓁蓉蓓蔚蔺蕊蕙蕤蕴薇薏藜藴蘅虓蛟蜓衍衎衡袆裎裔褀褚訚詠詧誉諴谌谞谦豫"
    "赟赪跂轩轸辚辰迦逖逯遹邈邗邝邰邴邶郃郄郅郗郜郢郦郫鄄鄞鄯鄱酆醴釜鉴钊钰铄铉铖铠铭锃锜锦锴镒闳阎阒陟隽雩雯霁霂霄霏霖霨霭靓靖韫韬"
    "顗颀颉颖颙飏飒馝馥騄骁骋骎骐骝骞骥骧鸢鹓鹢鹭麒麟黛黻龑龢齐乂亓仉仝佴侁侂俣俫俶倓倢倞偓偲傕儇儋冔凇刘劼勍勔勖匡卞卬厍叒叕吒哿唅唪啴喆嘏"
    "囧圳圪坒坭垌垚垟垡垴埇埏埕埗埝埭埼堉堌堎堙塆塍塬墀墉墕壵夑奡奭孖孬孮宬寀屺岜岽峄峣峦崀崃崆崚崟崤嵊嵋嵎嵘嵩嶂嶓嶷巘巽帑庑庠廋廑弇弢"
    "祾禚窅竫筼粲粼絜缃翃翾聿肜芈茆苻郇郏鄌酂铻锟阇阽隗雒顼颛騠魃鲲鲔鳊鳢鹮麂黟黢龠凃堽塄墘峁崂嵖洺浉浐浬涠淠滍滏滹漷潩澥澧灞瀍瀔灃烎熜珮琯璎瓯畈畲疃碶硚砀祊禺箬篢簰苴荥莒菏萏葜蓟蓥蕲藁虢蠡衢裒谯邛邳郯郓郸鄢酃酇铧陉陬隰颍鱇鲅"
    "着裡囍〇〡〢〣"
)
MARKS = "·…—–‘’“”•→←↑↓✓✔✕☎№℃㎡①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳■□▲△▼▽●○◎◆◇★☆"


def main() -> None:
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    wanted = sorted(characters())
    OUT.mkdir(parents=True, exist_ok=True)
    for weight in WEIGHTS:
        font = face(source / f"NotoSansCJK-{weight}.ttc")
        cut(font, wanted)
        rename(font, weight)
        to = OUT / f"WeiwangSans-{weight}.otf"
        font.save(to)
        print(f"{to.relative_to(ROOT)}: {len(font.getBestCmap())} characters, {to.stat().st_size:,} bytes")


def characters() -> set[int]:
    latin = {*range(0x20, 0x7F), *range(0xA0, 0x100)}
    return latin | gb2312() | {ord(c) for c in NAMES + MARKS} | in_use()


def gb2312() -> set[int]:
    found = set()
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def in_use() -> set[int]:
    """The hanzi and full-width signs written anywhere in the product."""
    return {
        ord(char)
        for path in written()
        for char in path.read_text(encoding="utf-8", errors="ignore")
        if "\u2e80" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef"
    }


def written() -> Iterator[Path]:
    for folder in ("src", "policies", "docs"):
        yield from (path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in WRITTEN)


def face(path: Path) -> TTFont:
    for font in TTCollection(path, lazy=True):
        if font["name"].getDebugName(1) == FACE or font["name"].getDebugName(16) == FACE:
            return font
    raise SystemExit(f"{path}: no face named {FACE}")


def cut(font: TTFont, wanted: list[int]) -> None:
    """Keep the characters, their kerning and vertical forms of punctuation; drop hinting and the rest."""
    options = subset.Options(
        hinting=False, desubroutinize=False, notdef_outline=True, name_IDs=["*"], name_languages=[0x409],
        layout_features=["kern", "palt", "halt", "locl", "ccmp"], recalc_timestamp=False,
        drop_tables=["BASE", "VORG", "vhea", "vmtx", "DSIG"],
    )  # fmt: skip
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)


def rename(font: TTFont, weight: str) -> None:
    """Another family name everywhere; copyright and licence stay as they are."""
    names: dict[int, str] = {
        1: FAMILY, 2: weight, 3: f"{FAMILY} {weight}", 4: f"{FAMILY} {weight}",
        6: f"{FAMILY.replace(' ', '')}-{weight}", 16: FAMILY, 17: weight,
    }  # fmt: skip
    table = font["name"]
    table.names = [record for record in table.names if record.nameID in {0, 5, 13, 14}]
    for number, words in names.items():
        table.setName(words, number, 3, 1, 0x409)
    top: Any = font["CFF "].cff
    top.fontNames = [names[6]]
    top.topDictIndex[0].FamilyName, top.topDictIndex[0].FullName = FAMILY, names[4]


if __name__ == "__main__":
    main()
