"""The line below the header: what is going on, in one sentence."""

from collections.abc import Iterable, Iterator

from pathsim.app.canvas import Canvas
from pathsim.app.widgets.picture import Picture
from pathsim.player.views.story import Said, Story

NOTHING = Story(())


class StoryLine(Picture):
    """The story of the day. What does not fit is left out, clause by clause from the end."""

    story = NOTHING

    def show(self, story: Story) -> None:
        """Draw this one."""
        if story != self.story:
            self.story = story
            self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The clauses that fit; what the committee decides on this day on inverse ground."""
        ground = "text" if self.story.is_decision else ""
        canvas.fill(0, 0, canvas.width, ground)
        column, last = 1, canvas.width - 1
        for number, clause in enumerate(self.story.clauses):
            fits = column + sum(len(said.text) for said in clause) <= last
            if number and not fits:
                break
            for said in clause if fits else _cut(clause, last - column):
                column = canvas.write(0, column, said.text, self._color(said), ground or None)

    def _color(self, said: Said) -> str:
        name = "paper" if self.story.is_decision else "text"
        return f"{name}!" if said.is_important else name


def _cut(clause: Iterable[Said], room: int) -> Iterator[Said]:
    """As much of a clause as there is room for, with an ellipsis at its end."""
    room = max(room - 1, 0)
    for said in clause:
        yield said._replace(text=said.text[:room])
        room -= len(said.text[:room])
    yield Said("…")
