"""What a comparison makes of its rounds; the measuring itself is tried on the floor, which needs no site."""

import pytest

from bench import report, servers
from bench.compare import Row, ratio
from bench.contestants import floor
from bench.fleet import LoadError, opened
from bench.load import Load, measure
from bench.plot import drawn


def a_load(speed: float, p99: float = 1.0, **changed: float) -> Load:
    """One measurement with these figures."""
    figures = {"rooms": 1, "size": 12, "sent": 10, "p50_ms": p99 / 2, "cpu_us_per_delivery": 5.0, "server_busy": 0.9}
    figures |= {"client_idle": 0.9, "elsewhere": 0.0, "lost": 0, "surplus": 0, "closed": 0}
    return Load(**(figures | {"deliveries_per_s": speed, "p99_ms": p99} | changed))  # type: ignore[arg-type]


def some_rows(*, lost: int = 0) -> dict[tuple[str, str], Row]:
    """Three rounds in two arrangements."""
    speeds = {"tutorial": (100.0, 200.0, 100.0), "postgres": (400.0, 1200.0, 500.0), "floor": (1000.0, 1000.0, 1000.0)}
    return {
        (rooms, name): Row(
            rooms, name, [a_load(one) for one in by_round], [a_load(1.0, 900 / one, lost=lost) for one in by_round]
        )
        for rooms in ("1x12", "1x200")
        for name, by_round in speeds.items()
    }


def test_a_ratio_is_the_median_of_what_the_rounds_gave() -> None:
    assert ratio(some_rows(), "1x12", "postgres", "tutorial") == 5.0  # of 4, 6 and 5
    found = report.summary(some_rows(), {"postgres": 30, "tutorial": 40}, 3)
    assert found == {
        "ratio": {"1x12": 5.0, "1x200": 5.0},
        "p99_ratio": {"1x12": 0.2, "1x200": 0.2},
        "of_raw_floor": {"1x200": 0.5},
        "bytes_per_idle_socket": {"ours": 30, "tutorial": 40},
        "rounds": 3,
    }


def test_what_is_no_result_is_said() -> None:
    assert report.trouble(some_rows()) == []
    assert all("lost" in line for line in report.trouble(some_rows(lost=1)))
    busy = {("1x12", "tutorial"): Row("1x12", "tutorial", [a_load(1.0, client_idle=0.1)], [a_load(1.0, elsewhere=0.5)])}
    assert len(report.trouble(busy)) == 2


def test_the_table_and_the_drawing_name_everybody() -> None:
    for text in (report.table(some_rows()), drawn(some_rows(), report.TITLES)):
        assert all(report.TITLES[name] in text for name in ("tutorial", "postgres", "floor"))
        assert "1x200" in text


@pytest.mark.timeout(60)
def test_the_load_client_counts_every_delivery() -> None:
    try:
        with floor() as server, opened(server.seats(2, 3)) as fleet:
            closed = measure(fleet, 3, server.pid, window=2, seconds=0.2, warm=0.1)
            calm = measure(fleet, 3, server.pid, rate=40.0, seconds=0.5, warm=0.1)
    except servers.Missing as missing:
        pytest.skip(str(missing))
    assert (closed.faults, calm.faults) == (0, 0)
    assert closed.sent > calm.sent == 24  # forty a second for six tenths of a second
    assert 0 < calm.p50_ms <= calm.p99_ms


@pytest.mark.timeout(60)
def test_a_wrong_count_of_deliveries_is_noticed_before_it_is_measured() -> None:
    try:
        with floor() as server, opened(server.crowd(4)) as fleet, pytest.raises(LoadError, match="deliveries"):
            measure(fleet, 2, server.pid, window=1, seconds=0.1)
    except servers.Missing as missing:
        pytest.skip(str(missing))
