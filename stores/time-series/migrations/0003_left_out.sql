-- How many readings of counters a machine's shift leaves out as misread or impossible; no row where it never left out any.
-- A recomputed row replaces the earlier one: read with FINAL.

CREATE TABLE kpi_left_out
(
    company LowCardinality(String),
    site LowCardinality(String),
    machine LowCardinality(String),
    shift_date Date,
    shift_from DateTime('UTC'),
    shift_to DateTime('UTC'),
    readings UInt32,
    computed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYYYYMM(shift_from)
ORDER BY (company, site, machine, shift_from)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
;
