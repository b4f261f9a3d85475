-- What the key performance indicators are computed from, one row per machine and shift, and how far the job has come.
-- A recomputed row replaces the earlier one: read with FINAL.

CREATE TABLE kpi_shift
(
    company LowCardinality(String),
    site LowCardinality(String),
    machine LowCardinality(String),
    shift_date Date,
    shift LowCardinality(String),
    shift_from DateTime('UTC'),
    shift_to DateTime('UTC'),
    complete Bool,
    planned_run_time_per_item Float64,
    planned_busy_seconds Float64,
    -- NULL where the machine sends no state.
    producing_seconds Nullable(Float64),
    setup_seconds Nullable(Float64),
    idle_seconds Nullable(Float64),
    down_seconds Nullable(Float64),
    planned_stop_seconds Nullable(Float64),
    unknown_seconds Nullable(Float64),
    failures Nullable(UInt32),
    -- NULL where the machine doesn't count them.
    produced Nullable(Float64),
    scrap Nullable(Float64),
    energy_kilowatt_hours Nullable(Float64),
    computed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYYYYMM(shift_from)
ORDER BY (company, site, machine, shift_from)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
;
CREATE TABLE analytics_progress
(
    name LowCardinality(String),
    value String,
    written_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY name
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
;
