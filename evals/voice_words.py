"""Word error rate: words made alike (case, hyphens, numbers, spellings), then the least edits. Pure."""

import re

_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen""".split()  # noqa: SIM905
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_BRITISH = {"isation": "ization", "ise": "ize", "ised": "ized", "ises": "izes", "ising": "izing", "our": "or"}
_SAME = {"neighbour": "neighbor", "neighbouring": "neighboring", "neighbours": "neighbors", "artefact": "artifact",
         "percent": "percent", "okay": "ok", "catalogue": "catalog"}  # fmt: skip


def number(value: int) -> list[str]:
    """A number as it is read out."""
    if value < 20:
        return [_ONES[value]]
    if value < 100:
        return [_TENS[value // 10], *([_ONES[value % 10]] if value % 10 else [])]
    if value < 1000:
        return [_ONES[value // 100], "hundred", *(number(value % 100) if value % 100 else [])]
    if value < 1_000_000:
        return [*number(value // 1000), "thousand", *(number(value % 1000) if value % 1000 else [])]
    return [*number(value // 1_000_000), "million", *(number(value % 1_000_000) if value % 1_000_000 else [])]


def words(text: str) -> list[str]:
    """The words of a text, made alike."""
    text = re.sub(r"(\d),(\d{3})", r"\1\2", text.lower()).replace("%", " percent").replace("@", " at ")
    text = re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", text.replace("'", "").replace("’", ""))
    found: list[str] = []
    for word in re.findall(r"[a-z]+|\d+", text):
        found += number(int(word)) if word.isdigit() and int(word) < 10**9 else [_alike(word)]
    return found


def _alike(word: str) -> str:
    word = _SAME.get(word, word)
    for british, american in _BRITISH.items():
        if word.endswith(british) and len(word) > len(british) + 2:
            return word[: -len(british)] + american
    return word


def errors(wanted: list[str], got: list[str]) -> int:
    """The least number of words to change, add or take away. What differs by a blank only ("log Q") is alike."""
    if "".join(wanted) == "".join(got):
        return 0
    row = list(range(len(got) + 1))
    for i, one in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (one != other))
    return row[-1]
