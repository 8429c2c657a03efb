"""Many applies at once: each migration runs exactly once, and all of them are content."""

from __future__ import annotations

from pathlib import Path

import gates
import projects
import servers
from projects import Project
from trueup.postgres.server.cluster import Cluster

EIGHT = 8


def assert_once(project: Project, answers: list[projects.Answer]) -> None:
    """Every file ran in exactly one of the processes, and all is well afterwards."""
    assert [answer.status for answer in answers] == [0] * EIGHT, [a.err for a in answers]
    ran = [done["version"] for answer in answers for done in answer.json["applied"]]
    files = sorted(path.name.split("_")[0] for path in project.folder.glob("*.sql"))
    assert sorted(ran) == files
    assert gates.state(project) == [(True, 3)] * len(files)
    assert [answer.json["drift"] for answer in answers] == [[]] * EIGHT
    checked = project.run("check")
    assert (checked.status, checked.drift) == (0, [])


def test_eight_applies_at_once_run_each_migration_once(pg: Cluster, tmp_path: Path) -> None:
    project = projects.make(tmp_path, servers.fresh_database(pg))
    for sql in gates.story():
        project.migration(sql)
    with gates.held(project, 0):  # nobody gets far before all have begun
        processes = [project.start("apply", "--format", "json") for _ in range(EIGHT)]
        gates.until(lambda: sessions(project) >= EIGHT)
    assert_once(project, [projects.finish(process, 120) for process in processes])


def test_eight_checkouts_that_apply_at_once_write_the_same_schema_file(
    pg: Cluster, tmp_path: Path
) -> None:
    database = servers.fresh_database(pg)
    checkouts = [projects.make(tmp_path / str(number), database) for number in range(EIGHT)]
    for one in checkouts:
        for sql in gates.story():
            one.migration(sql)
    processes = [one.start("apply", "--format", "json") for one in checkouts]
    assert_once(checkouts[0], [projects.finish(process, 120) for process in processes])
    assert len({one.schema_file.read_bytes() for one in checkouts}) == 1


def sessions(project: Project) -> int:
    """How many applies have a session in the database."""
    (count,) = project.query(
        "SELECT count(DISTINCT pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name LIKE 'trueup%'"
    )[0]
    return int(count)
