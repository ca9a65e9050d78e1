/* SPDX-License-Identifier: MIT */
/* How the row structs of sim/record.h become columns: for each table of the schema, each column's
 * type and where it stands in the struct. Recording, and the virtual tables that hand the rows to
 * SQLite, are loops over these descriptions. */
#ifndef SIM_RECORD_TABLE_H
#define SIM_RECORD_TABLE_H

#include "sim/record.h"

#include <stddef.h>

#define RECORD_COLUMNS_MAX 19

typedef enum RecordColumnType {
    RECORD_COLUMN_RUN,     /* the run of the buffer; takes no space in the row */
    RECORD_COLUMN_ID,      /* uint64_t, stored as the int64 with the same bits; 0 is NULL */
    RECORD_COLUMN_BITS,    /* the same, and 0 is 0 */
    RECORD_COLUMN_INTEGER, /* int64_t */
    RECORD_COLUMN_RATE,    /* int64_t; 0 is NULL */
    RECORD_COLUMN_NUMBER,  /* int64_t; RECORD_NO_NUMBER is NULL */
    RECORD_COLUMN_TIME,    /* SimTime; RECORD_NO_TIME is NULL */
    RECORD_COLUMN_PEER,    /* EntityId; RECORD_NO_PEER is NULL */
    RECORD_COLUMN_REAL,    /* double; NaN is NULL */
    RECORD_COLUMN_KEPT,    /* const char * that outlives the recorder; NULL is NULL */
    RECORD_COLUMN_TEXT,    /* const char * that is copied with the row; NULL is NULL */
    RECORD_COLUMN_DECIMAL, /* copied text of an integer, stored as integer where it fits */
} RecordColumnType;

typedef struct RecordColumn {
    RecordColumnType type;
    size_t offset;
} RecordColumn;

typedef struct RecordTable {
    const char *name;
    size_t row_size; /* bytes */
    int column_count;
    RecordColumn columns[RECORD_COLUMNS_MAX];
} RecordTable;

/* In the order of the schema. */
typedef enum RecordTableId {
    RECORD_RUN,
    RECORD_PARAMETER,
    RECORD_INPUT,
    RECORD_EXECUTION,
    RECORD_PEER,
    RECORD_LINK,
    RECORD_CONNECTION,
    RECORD_STREAM,
    RECORD_SPAN,
    RECORD_SPAN_EVENT,
    RECORD_SPAN_LINK,
    RECORD_MESSAGE,
    RECORD_PACKET,
    RECORD_FAULT,
    RECORD_METRIC,
    RECORD_SERIES,
    RECORD_SNAPSHOT,
    RECORD_SNAPSHOT_STATE,
    RECORD_SNAPSHOT_CHANNEL,
    RECORD_TABLE_COUNT,
} RecordTableId;

/* Rows without a public struct. */
typedef struct ParameterRow {
    const char *key, *value, *origin;
} ParameterRow;

typedef struct InputRow {
    const char *name, *sha256;
} InputRow;

typedef struct ExecutionRow {
    const char *key, *value;
} ExecutionRow;

typedef struct MetricRow {
    const char *name, *unit;
    uint64_t count;
    const char *sum, *sum_squares, *minimum, *maximum; /* decimal */
    const char *buckets;
} MetricRow;

extern const RecordTable RECORD_TABLES[RECORD_TABLE_COUNT];

#endif
