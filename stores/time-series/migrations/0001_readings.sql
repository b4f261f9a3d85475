-- Readings as machines sent them, what could not be used, and the rollups that charts read.
-- One statement ends at each line that holds a semicolon alone.

-- received_at is the insert's own: all rows of one insert have it alike, and each insert has a later one than the last.
-- Merged parts are synced too, because the engine deletes their sources at once.
CREATE TABLE raw
(
    company LowCardinality(String),
    site LowCardinality(String),
    machine LowCardinality(String),
    channel LowCardinality(String),
    time DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD),
    number Nullable(Float64) CODEC(ZSTD),
    text LowCardinality(String),
    received_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD),
    INDEX received_at_range received_at TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (company, site, machine, channel, time)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1
;
-- One row for each reason in a message: `readings` counts those of an array that share it.
CREATE TABLE rejected
(
    received_at DateTime64(3, 'UTC'),
    company LowCardinality(String),
    topic String,
    payload String CODEC(ZSTD),
    reason LowCardinality(String),
    detail String,
    readings UInt32,
    -- First half of the SHA-256 of topic, packet identifier and payload, in hex: tells a message that is sent again.
    digest String
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (company, received_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1
;
CREATE TABLE rollup_minute
(
    company LowCardinality(String),
    site LowCardinality(String),
    machine LowCardinality(String),
    channel LowCardinality(String),
    bucket DateTime('UTC'),
    samples SimpleAggregateFunction(sum, UInt64),
    numbers SimpleAggregateFunction(sum, UInt64),
    total SimpleAggregateFunction(sum, Float64),
    minimum SimpleAggregateFunction(min, Nullable(Float64)),
    maximum SimpleAggregateFunction(max, Nullable(Float64)),
    last AggregateFunction(argMax, Tuple(Nullable(Float64), String, DateTime64(3, 'UTC')), DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (company, site, machine, channel, bucket)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1
;
CREATE TABLE rollup_hour AS rollup_minute
;
CREATE TABLE rollup_day AS rollup_minute
;
CREATE MATERIALIZED VIEW rollup_minute_view TO rollup_minute AS
SELECT
    company, site, machine, channel,
    toStartOfMinute(time, 'UTC') AS bucket,
    count() AS samples,
    count(number) AS numbers,
    sum(ifNull(number, 0)) AS total,
    min(number) AS minimum,
    max(number) AS maximum,
    argMaxState((number, toString(text), time), time) AS last
FROM raw
GROUP BY company, site, machine, channel, bucket
;
-- Hours and days are the country's own: their starts are instants that depend on its time zone, whose offset need not
-- be whole hours. Both read minutes, which fit into the hours and days of every zone.
CREATE MATERIALIZED VIEW rollup_hour_view TO rollup_hour AS
SELECT
    company, site, machine, channel,
    toTimeZone(toStartOfHour(minutes.bucket, '{{timezone}}'), 'UTC') AS bucket,
    sum(minutes.samples) AS samples,
    sum(minutes.numbers) AS numbers,
    sum(minutes.total) AS total,
    min(minutes.minimum) AS minimum,
    max(minutes.maximum) AS maximum,
    argMaxMergeState(minutes.last) AS last
FROM rollup_minute AS minutes
GROUP BY company, site, machine, channel, bucket
;
CREATE MATERIALIZED VIEW rollup_day_view TO rollup_day AS
SELECT
    company, site, machine, channel,
    toTimeZone(toStartOfDay(minutes.bucket, '{{timezone}}'), 'UTC') AS bucket,
    sum(minutes.samples) AS samples,
    sum(minutes.numbers) AS numbers,
    sum(minutes.total) AS total,
    min(minutes.minimum) AS minimum,
    max(minutes.maximum) AS maximum,
    argMaxMergeState(minutes.last) AS last
FROM rollup_minute AS minutes
GROUP BY company, site, machine, channel, bucket
;
