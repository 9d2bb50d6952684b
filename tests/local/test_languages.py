"""Names, tags and search in other languages than English."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from memsy_client.local import Event
from memsy_client.local.memory.extraction import extract_by_rules
from memsy_client.local.memory.levels import significant_words
from memsy_client.local.retrieval import tokens
from memsy_client.local.retrieval.stem import stem


def draft_of(content: str):
    (draft,) = extract_by_rules(
        Event("evt_1", "alice", "s", "user_message", content, datetime(2026, 1, 1, tzinfo=timezone.utc))
    )
    return draft


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("я люблю чай и кофе", []),
        ("вчера Анна Петрова была в Москве", ["Анна Петрова", "Москве"]),
        ("die brücke ist über dem fluss", []),
        ("wir sahen Köln und Übersee", ["Köln", "Übersee"]),
        ("my über-driver is élise", []),
        ("we met Élise Ørsted", ["Élise Ørsted"]),
        ("我喜欢喝绿茶，不喜欢咖啡", []),
        ("毎日コーヒーを飲みます", []),
        ("ฉันชอบดื่มชาเขียว", []),
        ("मुझे हरी चाय पसंद है", []),
        ("אני אוהב תה", []),
        ("أحب الشاي الأخضر", []),
        ("나는 녹차를 좋아한다", []),
        ("we moved to the Republic of Korea and the Isle of the Cats", ["Republic of Korea", "Isle", "Cats"]),
        ("it was Charles de Gaulle or Ludwig van Beethoven", ["Charles de Gaulle", "Ludwig van Beethoven"]),
        ("he saw Anna's dog, and Rock'n'Roll", ["Anna", "Rock'n'Roll"]),
        ("a 3D printer and a fooBar", []),
        ("we asked “Anna” (Bob said no)", ["Anna", "Bob"]),
        ("she said: Maria. “Eva came", []),
        ("she said ok. “Eva Braun came", ["Eva Braun"]),
        ("我们见了 Anna Smith", ["Anna Smith"]),
    ],
)
def test_names_are_words_with_a_capital(content, names):
    found = [entity["name"] for entity in draft_of(content).entities if entity["type"] == "name"]
    assert found == names


def test_tags_and_mentions_keep_their_vowel_signs():
    draft = draft_of("यह #हिन्दी है @राहुल और #ไทยแลนด์")
    assert draft.tags == ("हिन्दी", "ไทยแลนด์")
    assert draft.entities == ({"type": "mention", "name": "राहुल"},)


@pytest.mark.parametrize(
    ("content", "title"), [("我喜欢茶。他喜欢咖啡。", "我喜欢茶"), ("मुझे चाय पसंद है। और कॉफ़ी।", "मुझे चाय पसंद है")]
)
def test_a_title_ends_where_the_sentence_does(content, title):
    assert draft_of(content).title == title


TEXTS = {
    "我喜欢喝绿茶，不喜欢咖啡。": ["绿茶", "咖啡", "茶", "喜欢绿茶", "喝绿茶吗？"],
    "我们决定用数据库保存所有的数据。": ["数据库", "保存数据", "数据"],
    "他的女儿在北京大学学习物理。": ["北京", "女儿学习什么"],
    "毎日コーヒーを飲みます。": ["コーヒー", "毎日", "何を飲みますか"],
    "東京の会社で働いています。": ["東京", "会社"],
    "娘は京都大学で物理を勉強しています。": ["京都", "物理を勉強", "娘"],
    "ฉันชอบดื่มชาเขียว": ["ชาเขียว", "ชา", "ดื่ม", "ชอบชาเขียวไหม"],
    "ลูกสาวของเขาเรียนฟิสิกส์ที่เชียงใหม่": ["ฟิสิกส์", "เชียงใหม่", "ลูกสาว"],
    "ຂ້ອຍມັກດື່ມຊາຂຽວ": ["ຊາຂຽວ"],
    "ខ្ញុំចូលចិត្តតែបៃតង": ["តែ", "បៃតង"],
    "သူ့သမီးရန်ကုန်မှာကျောင်းတက်တယ်": ["ရန်ကုန်", "ကျောင်း"],
    "मुझे हरी चाय पसंद है": ["चाय", "हरी चाय"],
    "उसकी बेटी दिल्ली में पढ़ती है": ["बेटी", "दिल्ली"],
    "எனக்கு பச்சை தேநீர் பிடிக்கும்": ["தேநீர்"],
    "나는 녹차를 좋아한다": ["녹차를"],
    "Мы живём в Москве": ["москве", "живем"],
    "أُحِبُّ الشاي الأخضر": ["أحب", "الشاي"],
    "Le café à Orléans": ["cafe", "ORLEANS"],
    "私はiPhone15を買った": ["iphone15", "買った"],
    "The cats sleep on the sofa.": ["cat", "sleeping"],
}


def test_text_in_any_script_is_found_by_its_parts_before_all_others(api, an_event):
    events = [an_event(text, session_id=f"s{number}") for number, text in enumerate(TEXTS)]
    api.ingest(*events)
    for text, queries in TEXTS.items():
        for query in queries:
            results = api.search(query)
            assert results, query
            assert results[0]["content"] == text, query


@pytest.mark.parametrize(("content", "query"), [("दिन", "दान"), ("มา", "มี"), ("我喜欢茶", "狗"), ("かき", "が")])
def test_another_vowel_or_sign_is_another_word(api, an_event, content, query):
    api.ingest(an_event(content))
    assert api.search(query) == []


def test_the_size_of_a_text_without_spaces_is_that_of_its_words():
    chinese = "我们决定用数据库保存所有的数据因为这样比较简单"
    assert 8 <= tokens.content_size(tokens.words(chinese)) <= 20
    assert tokens.content_size(tokens.words("a green cat")) == 2


def test_words_of_a_prompt_keep_their_signs():
    assert significant_words("किताब पढ़ना") == {"किताब", "पढ़ना"}


@pytest.mark.parametrize("word", ["москве", "ελληνικα", "किताब", "녹차를", "שלום", "живем"])
def test_no_rule_of_english_meets_a_word_of_another_script(word):
    from snowballstemmer.english_stemmer import EnglishStemmer

    assert stem(word) == word == EnglishStemmer().stemWord(word)
