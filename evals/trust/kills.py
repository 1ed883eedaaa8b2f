"""SIGKILL at any moment: is every acknowledged turn there afterwards, once and whole?

python -m evals.trust kills=45
"""

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from interviewer.storage import owner_of_user
from interviewer.storage.store import Store

_ANN = owner_of_user("ann")
_WORK = """
import sys
from interviewer import MoveKind
from interviewer.storage.store import Store
from interviewer.storage import owner_of_user
from interviewer.transcript import Move, Turn
store, ann, id_, start = Store.open(sys.argv[1]), owner_of_user("ann"), sys.argv[2], int(sys.argv[3])
for number in range(start, 10**9):
    text = f"answer {number} " + "word " * (number % 400)
    store.append(ann, id_, Turn(speaker="candidate", text=text), key=str(number))
    print(number, flush=True)
    heard = store.transcript(ann, id_)
    said = Turn(speaker="interviewer", text=f"reply {number}", at=1, move=Move(kind=MoveKind.PROBE))
    store.answer(ann, id_, heard.with_turn(said), expected=len(heard.turns))
    if number % 60 == 59:
        id_ = store.create(ann, heard.model_copy(update={"turns": []}))
        print("now", id_, flush=True)
"""


def rows(kills: int = 45) -> Iterator[tuple[str, ...]]:
    """Kills, turns acknowledged, turns lost, doubled, cut."""
    chance, acknowledged = random.Random(7), 0
    from interviewer.transcript import Transcript

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'interviews.sqlite'}"
        store = Store.open(url)
        empty = Transcript.model_validate({"case": "fraud-detection", "level": "senior", "turns": []})
        id_ = store.create(_ANN, empty)
        for _ in range(kills):
            store.close()
            work = [sys.executable, "-c", _WORK, url, id_, str(acknowledged)]
            child = subprocess.Popen(work, stdout=subprocess.PIPE, text=True)
            assert child.stdout
            lines = [child.stdout.readline()]
            time.sleep(chance.uniform(0, 0.4))
            child.send_signal(signal.SIGKILL)
            lines += child.stdout.read().splitlines()
            child.wait()
            for line in lines:
                if line.startswith("now"):
                    id_ = line.split()[1]
                elif line.strip():
                    acknowledged = max(acknowledged, int(line) + 1)
            store = Store.open(url)
        found: Counter[int] = Counter()
        cut = 0
        for header in store.mine(_ANN):
            for turn in store.transcript(_ANN, header.id).turns:
                if turn.speaker == "candidate":
                    number = int(turn.text.split()[1])
                    found[number] += 1
                    cut += turn.text != f"answer {number} " + "word " * (number % 400)
        store.close()
    lost = sum(number not in found for number in range(acknowledged))
    doubled = sum(count > 1 for count in found.values())
    yield "kills", "acknowledged", "lost", "doubled", "cut"
    yield str(kills), str(acknowledged), str(lost), str(doubled), str(cut)
