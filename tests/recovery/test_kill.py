"""Whatever ends a command that writes files with their rows, and wherever: who reads is told and
changes nothing, and the next command that writes leaves both or neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kills import MOMENTS, PREPARED, STAGED, VERBS, Place, Scene
from trueup.postgres.server.cluster import Cluster

TOLD = {"interrupted_command", "interrupted_files"}


@pytest.fixture
def scene(request: pytest.FixtureRequest, pg: Cluster, tmp_path: Path) -> Scene:
    return Scene(VERBS[request.param], pg, tmp_path)


every_verb = pytest.mark.parametrize("scene", VERBS, indirect=True)


def whole(scene: Scene) -> tuple[Any, Any]:
    """The state before the command and after it."""
    place = scene.place()
    before = place.state()
    assert not place.run(lambda *_: False)
    assert place.entries() == []
    return before, place.state()


def settle(place: Place, before: Any, after: Any) -> bool:
    """Looks, settles and looks again; whether the command's rows were in."""
    left = place.everything()
    looked = [place.next("check"), place.next("status")]
    looked.append(place.next("doctor"))
    assert place.everything() == left
    for answer in looked[:2]:
        named = TOLD & set(answer.codes)
        assert bool(named) == bool(whole_entries(place)), answer.out
    settled = place.next("repair", "--write")
    assert "Traceback" not in settled.err
    assert place.entries() == []
    state = place.state()
    assert state in (before, after)
    assert not TOLD & set(place.next("check").codes)
    return bool(state == after)


def whole_entries(place: Place) -> list[str]:
    return [one for one in place.entries() if (place.files.folder / one / "entry.json").exists()]


@every_verb
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_a_moment_that_matters(scene: Scene, moment: str) -> None:
    before, after = whole(scene)
    place = scene.place()
    assert place.run(MOMENTS[moment])
    assert settle(place, before, after) == (moment not in (STAGED, PREPARED))


@pytest.mark.slow
@every_verb
def test_killed_before_any_step_on_the_file_system(scene: Scene) -> None:
    before, after = whole(scene)
    outcomes: list[bool] = []
    while True:
        place, at = scene.place(), len(outcomes) + 1
        if not place.run(lambda seen, *_: seen == at):  # noqa: B023
            break
        outcomes.append(settle(place, before, after))
    assert len(outcomes) >= 10
    # As before up to the step where the rows are committed, done from then on.
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {False, True}
