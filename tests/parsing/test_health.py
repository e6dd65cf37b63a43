"""Health reports as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.parsing.conftest import Read


def only(records: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(records) == 1, records
    return records[0]


def ill(record: dict[str, Any]) -> bool:
    return record["status"] == "unwell" or bool(record.get("unsure"))


@pytest.mark.parametrize(
    ("text", "temperature"),
    [
        ("36.5", 36.5),
        ("36。5℃", 36.5),
        ("36度5", 36.5),
        ("36度半", 36.5),
        ("三十六度五", 36.5),
        ("三七度三", 37.3),
        ("T36.5 P76", 36.5),
        ("３６．５", 36.5),
        ("36\u200b.5", 36.5),
        ("早36.2/晚36.6", 36.6),
        ("36.5 人在长沙", 36.5),
        ("36.4 天津", 36.4),
        ("昨天38.1，今天36.6，烧退了", 36.6),
        ("体温正常", None),
        ("体温在37.3以下", None),
        ("体温368，健康", None),
    ],
)
def test_a_temperature_is_read_in_any_writing(read: Read, text: str, temperature: float | None) -> None:
    assert only(read(text))["temperature"] == temperature


@pytest.mark.parametrize(
    "text",
    [
        "365天无休",
        "38路公交停了",
        "36.5万只口罩",
        "定金3650元已付",
        "烧水壶显示38度就跳闸,是不是坏了?",
        "13800138000",
        "38度的白酒",
    ],
)
def test_a_number_that_is_no_temperature_is_not_read(read: Read, text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "无发热、咳嗽、乏力等症状",
        "不发热不咳嗽不乏力",
        "发热：无；咳嗽：无；体温：36.2",
        "没有发烧没有咳嗽三十六度五",
        "咳嗽、发热均无",
        "头不痛，嗓子不疼，36.5",
        "有无发热、咳嗽：无\n体温：36.6",
    ],
)
def test_a_denied_symptom_is_not_affirmed(read: Read, text: str) -> None:
    record = only(read(text))
    assert record["symptoms"] == []
    assert not ill(record)


@pytest.mark.parametrize(
    ("text", "symptoms"),
    [
        ("不烧，但喉咙痛", {"咽痛"}),
        ("没有发烧就是有点咳", {"咳嗽"}),
        ("没发烧咳嗽得厉害", {"咳嗽"}),
        ("没睡好头疼", {"头痛"}),
        ("发热无，咳嗽有", {"咳嗽"}),
        ("不是没症状，是症状轻，偶尔咳一下", {"咳嗽"}),
        ("一天到晚没有不咳的时候", {"咳嗽"}),
        ("除咳嗽外都正常", {"咳嗽"}),
        ("到现在没退烧", {"发热"}),
        ("特别咳，晚上睡不着", {"咳嗽"}),
        ("就是脑袋一跳一跳地疼", {"头痛"}),
        ("昨天确诊，在市医院隔离治疗，咳嗽", {"咳嗽"}),
        ("36.5，但是闻不到味道", {"嗅觉减退"}),
    ],
)
def test_what_is_affirmed_beside_a_denial_is_seen(read: Read, text: str, symptoms: set[str]) -> None:
    record = only(read(text))
    assert set(record["symptoms"]) == symptoms
    assert record["status"] == "unwell"


@pytest.mark.parametrize(
    "text",
    [
        "有点不舒服，36.6",
        "好像有点发热",
        "无发热，咳嗽",
        "昨天晚上37.6，今早还没量",
        "体温368",
        "感冒了",
        "嗓子疼好转，体温36.5",
        "如果还咳我就去查，今天36.6",
        "不太好",
        "我这算发烧吗？",
    ],
)
def test_an_open_state_stays_open(read: Read, text: str) -> None:
    assert only(read(text)).get("unsure"), text


@pytest.mark.parametrize(
    "text",
    ["咳嗽好了，烧也退了，36.5", "前两天有点拉肚子，现在好了，36.4", "上周感冒，已痊愈", "2003年我也发过烧，现在36.2"],
)
def test_what_is_over_is_well(read: Read, text: str) -> None:
    assert not ill(only(read(text)))


@pytest.mark.parametrize(
    "text",
    [
        "如果发烧会报告，我36.5",
        "邻居发烧了，我正常36.5",
        "要是哪个烧了咳了赶紧讲，莫捂着。我36.4",
        "女儿视频里问我烧不烧，我说不烧，36.5",
        "同事小李发烧了，我目前36.5没症状",
        "腹泻的病人补液要及时。我36.5",
        "我家的猪咳嗽了两天，我36.5",
    ],
)
def test_somebody_elses_or_supposed_illness_is_not_the_senders(read: Read, text: str) -> None:
    record = only(read(text))
    assert record["temperature"] is not None
    assert not ill(record)


def test_each_person_has_a_record(read: Read) -> None:
    mother, sender = read("我妈37.6，咽痛；我36.5，没有症状")
    assert (mother["relation"], mother["status"], mother["proxy"]) == ("家属", "unwell", True)
    assert (sender["relation"], sender["status"], sender["proxy"]) == ("本人", "well", False)


def test_a_deputy_reported_by_staff_stands_under_their_own_name(read: Read) -> None:
    record = only(read("转彭武昌代表口述：我今天头疼，没烧，36.8，在松柏镇", sender="永顺联工委 田野"))
    assert (record["subject"], record["symptoms"], record["proxy"]) == ("彭武昌", ["头痛"], True)


def test_a_batch_gives_a_record_for_each_name(read: Read) -> None:
    records = read("吴显36.2；田应龙在集中点隔离，36.9；龙四妹36.4。都没症状", sender="凤凰联工委 吴显")
    assert [(r["subject"], r["proxy"], r["isolation"]) for r in records] == [
        ("吴显", False, None),
        ("田应龙", True, "集中"),
        ("龙四妹", True, None),
    ]


def test_he_is_the_one_whom_the_quote_names(read: Read) -> None:
    quote = "「周志刚：盛开平代表怎么没报？」\n- - - - - - - - -\n他发烧了，38.2"
    assert only(read(quote, sender="曾敏"))["subject"] == "盛开平"


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("36.4，没去过武汉", "exposure", False),
        ("1月20日去过武汉，36.3", "exposure", True),
        ("在株洲武汉路值班，36.5", "exposure", None),
        ("36.5，给武汉捐过款", "exposure", None),
        ("和确诊病人同桌吃饭，36.5", "exposure", True),
        ("居家隔离第9天，36.3", "isolation", "居家"),
        ("已解除隔离，36.4", "isolation", None),
        ("居家隔离，还有三天解除，36.4", "isolation", "居家"),
        ("被列为疑似，36.9", "diagnosis", "疑似"),
        ("同事确诊了，我36.9", "diagnosis", None),
        ("还没确诊，36.9", "diagnosis", None),
        ("36.5，在长沙市岳麓区家中", "location", "长沙市岳麓区"),
        ("36.5，在家", "location", None),
        ("36.5，在县人民医院上班", "location", "县人民医院"),
        ("36.4 天水", "location", "天水"),
    ],
)
def test_a_field_is_read_as_the_words_say(read: Read, text: str, field: str, value: object) -> None:
    assert read(text)[0][field] == value


@pytest.mark.parametrize(
    "text",
    [
        "大家记得报体温",
        "发热37.3℃以上、咳嗽的代表请第一时间电话联系我",
        "37.3算不算发烧啊",
        "祝各位代表身体健康",
        "真叫人头疼，忙得喘不过气",
        "电脑又发烫死机，材料明天交",
        "转：长沙新增确诊病例3例",
        "专家提醒：嗅觉减退、腹泻也可能是新冠早期信号",
        "老谢你今天好点没？还咳吗？",
    ],
)
def test_talk_about_illness_reports_nothing(read: Read, text: str) -> None:
    assert read(text) == []
