"""What else a message holds: suggestions, deeds, lists, commands, withdrawals."""

from __future__ import annotations

from typing import Any

import pytest

from bot.parsing import Context, Rules, parse
from bot.segmenter import JiebaSegmenter
from tests.parsing.conftest import Read


def kinds(records: list[dict[str, Any]]) -> list[str]:
    return [record["kind"] for record in records]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("建议给复工企业保障口罩供应", ["suggestion"]),
        ("能不能给我们村发点消毒液？", ["suggestion"]),
        ("反映一个情况，镇上三家药店口罩从两块涨到十五，没人管", ["problem"]),
        ("经验做法：我县开通菜篮子点单，统一配送，隔离户足不出户", ["practice"]),
        ("我公司给市中心医院捐了口罩2万只", ["deed"]),
        ("民法典草案第1043条家风入法我赞成", ["comment"]),
        ("收到，36.5，健康。建议各小区给快递架每天消毒", ["ack", "health", "suggestion"]),
        ("36.5,健康,建议尽快开通农资绿色通道", ["health", "suggestion"]),
        ("收到，立即转达", ["ack"]),
        ("1", ["ack"]),
        ("好的，下午给您答复", []),
        ("体温计还没收到，谁帮查查物流", []),
        ("前面报健康的那条请忽略，刚量37.7", ["retract", "health"]),
        ("驾驶证过期作废了，得去补一本", []),
        ("更正:不是36.5是37.5", ["health"]),
        ("桃江团31人全部报齐，正常30人，异常1人：万里程，37.4，流鼻涕。", ["health_count", "health"]),
        ("建议各位每天固定一个时间测体温", []),
        ("捐了多少才算先进事迹啊?", []),
        ("暂无意见建议", []),
        ("希望疫情早点过去，大家摘下口罩再相聚", []),
        ("刚看到，36.3健康，家人都好", ["health", "health"]),
        ("刚看到。体温36.2，一切正常", ["health"]),
        ("刚看到一则新闻，一家六口聚餐后发烧38.5", []),
        ("/home/user/a.txt", []),
        ("/", []),
        ("", []),
        ("  \n ", []),
    ],
)
def test_a_message_holds_these_kinds(read: Read, text: str, expected: list[str]) -> None:
    assert kinds(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "name", "args"),
    [
        ("/汇总 昨天", "汇总", ["昨天"]),
        ("／summary　2020-02-11", "summary", ["2020-02-11"]),
        ("@小联 /未报", "未报", []),
        ("  /随便什么  ", "随便什么", []),
    ],
)
def test_a_word_behind_a_slash_is_a_command(read: Read, text: str, name: str, args: list[str]) -> None:
    assert read(text) == [{"kind": "command", "name": name, "args": args}]


@pytest.mark.parametrize(
    ("text", "cash", "goods", "value"),
    [
        ("我捐款五千", 5000, [], None),
        ("捐1.2w给武汉", 12000, [], None),
        ("今天把攒下的1.2w打给武汉慈善总会了", 12000, [], None),
        ("我公司捐款20万元，职工捐款3万元", 200000, [], None),
        ("我给医院捐了口罩2万只、一批药品", None, [("口罩", 20000), ("药品", None)], None),
        ("我把价值约30万元的蔬菜20吨捐给武汉", None, [("蔬菜", 20)], 300000),
        ("我花2万元买口罩送到卡点", None, [("口罩", None)], 20000),
        ("给卡点送了姜汤和20件牛奶", None, [("姜汤", None), ("牛奶", 20)], None),
    ],
)
def test_a_gift_is_read(read: Read, text: str, cash: float, goods: list[tuple[str, float]], value: float) -> None:
    (record,) = read(text)
    assert (record["cash_yuan"], record["goods_value_yuan"]) == (cash, value)
    assert [(g["item"], g["quantity"]) for g in record["goods"]] == goods


def test_a_chain_reply_gives_a_record_a_line_and_the_last_of_two_holds(read: Read) -> None:
    chain = "#接龙\n健康\n例 王小明 36.6\n\n1. 韦一鸣 36.2\n2. 张三 36.7\n3. 韦一鸣 37.9\n4. "
    assert [(r["subject"], r["temperature"], r["proxy"]) for r in read(chain)] == [
        ("韦一鸣", 37.9, True),
        ("张三", 36.7, False),
    ]


def test_a_chain_record_knows_its_heading_and_line(rules: Rules, segmenter: JiebaSegmenter) -> None:
    (record,) = parse("#接龙\n2月8日健康\n\n1. 池中月 36.4 正常", Context("池中月"), rules, segmenter)
    assert (record.chain, record.source) == ("2月8日健康", "池中月 36.4 正常")


def test_a_table_is_read_by_its_heading(read: Read) -> None:
    table = "姓名\t体温\t是否咳嗽\t接触史\n柳文斌\t36.5\t否\t无\n党建华\t36.7\t是\t无"
    first, second = read(table)
    assert (first["subject"], first["status"], first["exposure"]) == ("柳文斌", "well", False)
    assert (second["subject"], second["symptoms"]) == ("党建华", ["咳嗽"])


def test_a_bare_no_is_read_by_its_question(read: Read) -> None:
    question = "请回复：1.体温 2.有无发热咳嗽 3.有无接触史 4.现在何地"
    (record,) = read("1.36.5 2.无 3.无 4.长沙", question=question)
    assert (record["exposure"], record["location"]) == (False, "长沙")
    (record,) = read("1.36.5 2.无 3.无 4.长沙")
    assert record["exposure"] is None


def test_a_quote_reports_nothing(read: Read) -> None:
    assert read("「马得草：我今天37.9」\n- - - - - - - - -\n赶紧去看看，别硬扛") == []


def test_numbered_suggestions_are_several_and_measures_are_one(read: Read) -> None:
    assert kinds(read("建议一：各村口设卡；建议二：开通网上立案")) == ["suggestion", "suggestion"]
    assert kinds(read("关于农村防控的建议：一是进村设卡；二是每天消毒；三是党员包户。")) == ["suggestion"]


def test_a_batch_by_titles_stands_under_each_title(read: Read) -> None:
    told = [(r["subject"], r["status"], r["proxy"]) for r in read("张主席36.4，李书记36.6，王副镇长咳嗽37.1")]
    assert told == [("张主席", "well", True), ("李书记", "well", True), ("王副镇长", "unwell", True)]
    assert [r["subject"] for r in read("张主席：36.4，李书记：36.6，老王37.8")] == ["张主席", "李书记", "老王"]


@pytest.mark.parametrize(
    "text", ["张主席，咳嗽两天了，37.5", "李主任：体温37.8，咳嗽", "王书记好，37.6", "老张今天38度"]
)
def test_a_title_that_is_called_upon_is_not_spoken_of(read: Read, text: str) -> None:
    assert [(r["subject"], r["status"], r["proxy"]) for r in read(text)] == [("张三", "unwell", False)]


@pytest.mark.parametrize(("text", "state"), [("36.5平安", "well"), ("周建设38.5平安归来", "unwell")])
def test_a_reading_before_a_word_of_calm_is_no_area(read: Read, text: str, state: str) -> None:
    assert [(r["subject"], r["status"]) for r in read(text, sender="周建设")] == [("周建设", state)]


@pytest.mark.parametrize("said", ["代报杨洞庭", "替杨洞庭报", "帮杨洞庭填", "给杨洞庭报", "代为上报杨洞庭"])
def test_a_withdrawal_names_whom_the_report_was_for(read: Read, said: str) -> None:
    assert [(r["kind"], r["subject"]) for r in read(f"刚才{said}的那条作废，我看串行了")] == [("retract", "杨洞庭")]


def test_a_wish_for_the_day_without_masks_is_no_suggestion(read: Read) -> None:
    assert read("山上的杜鹃再有一个多月就开了，到时候口罩也该摘了") == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("菜价涨了一倍，政府该出手平抑一下，储备肉放一点出来", "suggestion"),
        ("家里有精神病人的，药快断了，请镇卫生院组织人送药上门", "suggestion"),
        ("希望统一健康码，不要一个市一个码，出了市就不认", "suggestion"),
        ("我们镇搞干部包片、党员包组，封路不封心，谁家有急事打值班电话，车子二十分钟到", "practice"),
    ],
)
def test_what_a_body_is_told_to_do_is_asked_for(read: Read, text: str, kind: str) -> None:
    assert kinds(read(text)) == [kind]


@pytest.mark.parametrize("text", ["银行要关门了，去取点钱", "县里要开会，我先去了", "镇里先发了口罩，再发了消毒水"])
def test_what_a_body_is_about_to_do_is_not_asked_for(read: Read, text: str) -> None:
    assert read(text) == []


def test_the_title_reported_to_is_nobodys_name(read: Read) -> None:
    assert [r["subject"] for r in read("向李主任报告，体温36.5，咳嗽")] == ["张三"]


@pytest.mark.parametrize("text", ["忽略那些谣言，大家别信", "发票作废了两张，财务让重开", "收回借给他的钱"])
def test_what_is_void_and_no_report_takes_nothing_back(read: Read, text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("县代表、黄桃种植户周冬生把卖桃子攒的8000块钱捐给了武汉", "周冬生"),
        ("县人大代表李九斤向县红十字会捐款2万元", "李九斤"),
        ("李秋菊（县人大代表）带头捐款3000元", "李秋菊"),
        ("代表老周(周炳生)把存折上的一万二全取出来交到村支部了", "周炳生"),
    ],
)
def test_a_deputy_is_named_behind_a_calling_or_in_brackets(read: Read, text: str, subject: str) -> None:
    assert [(r["kind"], r["subject"]) for r in read(text)] == [("deed", subject)]


@pytest.mark.parametrize(
    ("text", "cash", "worth", "quantities"),
    [
        ("我厂赶制隔离服2.3万件，其中无偿捐给县医院1500件", None, None, [1500]),
        ("县代表刘建国自掏腰包3000元，给民警买了40箱方便面", None, 3000, [40]),
        ("1月29捐了两万，2月11又捐了三万五，前后五万五", 55000, None, []),
        ("代表周小满把自家的黄瓜、辣椒、白菜各两千斤送给了医院食堂", None, None, [2000, 2000, 2000]),
    ],
)
def test_only_what_was_given_counts_and_only_once(
    read: Read, text: str, cash: float | None, worth: float | None, quantities: list[float]
) -> None:
    told = [(r["cash_yuan"], r["goods_value_yuan"], [g["quantity"] for g in r["goods"]]) for r in read(text)]
    assert told == [(cash, worth, quantities)]


def test_two_deputies_who_gave_as_much_each_are_two_deeds(read: Read) -> None:
    told = [(r["subject"], [g["item"] for g in r["goods"]]) for r in read("县代表张小花、李九斤各捐口罩1000只")]
    assert told == [("张小花", ["口罩"]), ("李九斤", ["口罩"])]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("卡口上的交警还没有护目镜，请指挥部匀一点给他们", "物资保障"),
        ("建议给已经开工的服装厂统一配一批口罩", "复工复产"),
        ("建议公租房的租金免两个月", "民生保障"),
        ("建议麻将馆茶馆一律先关起来", "社区防控"),
        ("建议对停产的小微企业水电气费缓交三个月", "复工复产"),
    ],
)
def test_what_is_asked_for_tells_the_field(read: Read, text: str, category: str) -> None:
    assert [(r["kind"], r["category"]) for r in read(text)] == [("suggestion", category)]
