"""Who of a class is which student, and what they answered, kept in a file of SQLite on the teacher's machine.

No names: a visitor is known by a secret that only their browser has, and of which the file holds a hash. If the file
cannot be written, the class goes on, and what is missing in it is written as soon as it can be.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from platformdirs import user_data_path

SCHEMA = """
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS student (visitor TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS answer (
    student INTEGER NOT NULL, page INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (student, page)
);
CREATE TABLE IF NOT EXISTS place (student INTEGER PRIMARY KEY, page INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS opened (page INTEGER PRIMARY KEY);
"""
LONGEST_ANSWER = 16
MOST_PAGES = 1000
"""Of a lesson; what is said of other pages is none of ours."""


def register_file(code: str) -> Path:
    """Where the answers of a class with this code are kept."""
    return user_data_path("pathsim") / "classes" / f"{code}.sqlite"


class RegisterError(Exception):
    """A file that cannot be used, with a sentence for the teacher."""


class ClassRegister:
    """The students of a class, and their answers."""

    def __init__(self, file: Path) -> None:
        """Raises RegisterError if the file is there and is none of a class."""
        self._file = file
        self._students: dict[str, int] = {}
        self.answers: dict[int, dict[int, str]] = {}
        """By page, what each student answered."""
        self.places: dict[int, int] = {}
        """On which page each student is."""
        self.opened: set[int] = set()
        """The pages of which what follows the question was shown to all."""
        self.trouble = ""
        """Why the file is not up to date; empty if it is."""
        self._waiting: list[tuple[str, tuple[object, ...]]] = []
        self._secrets: dict[str, str] = {}
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._read()
        except OSError as wrong:
            raise RegisterError(f"{file} cannot be written: {wrong.strerror}") from None
        except sqlite3.Error as wrong:
            raise RegisterError(f"{file} is no record of a class: {wrong}") from None

    def _read(self) -> None:
        with self._database() as database:
            database.executescript(SCHEMA)
            self._students = dict(database.execute("SELECT visitor, number FROM student"))
            for student, page, text in database.execute("SELECT student, page, text FROM answer"):
                self.answers.setdefault(page, {})[student] = text
            self.places = dict(database.execute("SELECT student, page FROM place"))
            self.opened = {page for (page,) in database.execute("SELECT page FROM opened")}
            self._secrets = dict(database.execute("SELECT name, value FROM secret"))

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=1.0)) as database, database:
            yield database

    def secret(self, name: str, drawn: str) -> str:
        """What is kept under this name; if nothing is, ``drawn`` from now on."""
        if name not in self._secrets:
            self._secrets[name] = drawn
            self._write("INSERT OR REPLACE INTO secret VALUES (?, ?)", name, drawn)
        return self._secrets[name]

    @property
    def joined(self) -> int:
        """How many students there are."""
        return len(self._students)

    def student(self, visitor: str) -> int:
        """The number of a visitor: the next one for who comes for the first time."""
        known = hashlib.sha256(visitor.encode()).hexdigest()
        if known not in self._students:
            self._students[known] = max(self._students.values(), default=0) + 1
            self._write("INSERT OR REPLACE INTO student VALUES (?, ?)", known, self._students[known])
        return self._students[known]

    def answer(self, student: int, page: int, text: str) -> bool:
        """Keep an answer, unless it is shown already what follows the question; whether it is another than before."""
        is_one = 0 < page < MOST_PAGES and 0 < len(text) <= LONGEST_ANSWER and text.isprintable()
        if not is_one or page in self.opened or self.answers.get(page, {}).get(student) == text:
            return False
        self.answers.setdefault(page, {})[student] = text
        self._write("INSERT OR REPLACE INTO answer VALUES (?, ?, ?)", student, page, text)
        return True

    def answers_of(self, student: int) -> dict[int, str]:
        """What a student answered, by page."""
        return {page: given[student] for page, given in sorted(self.answers.items()) if student in given}

    def place(self, student: int, page: int) -> None:
        """Keep on which page a student is."""
        if 0 <= page < MOST_PAGES and self.places.get(student) != page:
            self.places[student] = page
            self._write("INSERT OR REPLACE INTO place VALUES (?, ?)", student, page)

    def open(self, pages: Iterable[int]) -> None:
        """Keep that what follows the questions of these pages is shown from now on."""
        for page in set(pages) - self.opened:
            self.opened.add(page)
            self._write("INSERT OR REPLACE INTO opened VALUES (?)", page)

    def _write(self, statement: str, *values: object) -> None:
        self._waiting.append((statement, values))
        self.write()

    def write(self) -> None:
        """Write what waits to be written; if that fails it goes on to wait, and ``trouble`` says why."""
        if not self._waiting:
            return
        try:
            with self._database() as database:
                for statement, values in self._waiting:
                    database.execute(statement, values)
        except sqlite3.Error as wrong:
            self.trouble = f"votes are counted, but not kept in {self._file}: {wrong}"
        else:
            self.trouble = ""
            self._waiting.clear()
