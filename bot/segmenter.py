"""jieba's only door: cuts Chinese text into words (segmenter).

Given to `bot.parsing.parse`, which asks only where a word's border decides. jieba reads its dictionary at the first
question, not at import; it is kept from logging and from the cache file that it shares in the temporary folder.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from typing import Any

from bot.parsing.lexicon import Rules


class JiebaSegmenter:
    """Words by jieba, with the rules' own words in its dictionary."""

    def __init__(self, words: Iterable[tuple[str, int, str | None]] = ()) -> None:
        self._words = tuple(words)
        self._tokenizer: Any = None
        self._lock = threading.Lock()

    @classmethod
    def for_rules(cls, rules: Rules) -> JiebaSegmenter:
        """A segmenter that keeps the words of these rules whole."""
        return cls(rules.segment_words())

    def serves(self, rules: Rules) -> bool:
        """Whether it keeps the words of these rules whole, and no others."""
        return self._words == tuple(rules.segment_words())

    def load(self) -> None:
        """Read the dictionary now, about a second's work, rather than at the first question."""
        with self._lock:
            if self._tokenizer is not None:
                return
            import jieba  # noqa: PLC0415 - costs the start-up of every command that never cuts a word

            jieba.setLogLevel(logging.CRITICAL)
            tokenizer = jieba.Tokenizer()
            with tokenizer.get_dict_file() as lines:
                tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(lines)
            tokenizer.initialized = True
            for word, weight, tag in self._words:
                tokenizer.add_word(word, weight, tag)
            self._tokenizer = tokenizer

    def words(self, text: str) -> list[str]:
        """The words of the text, in order; joined they are the text."""
        if self._tokenizer is None:
            self.load()
        cut: list[str] = self._tokenizer.lcut(text)
        return cut
