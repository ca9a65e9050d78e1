/* SPDX-License-Identifier: MIT */
/* What a run leaves behind: typed rows, buffered in memory, written to one SQLite file
 * (docs/database.md).
 *
 * A Recorder belongs to a run and owns the file; each partition of the run appends to a
 * RecordBuffer of its own, so recording needs no lock and changes nothing that the simulation can
 * see. Rows are written in arrival order; the content digest (analysis/digest.h) does not depend on
 * it.
 *
 * The file is DB.partial until recorder_commit() has synced it and renamed it: a run is in the
 * database completely or not at all.
 *
 * Strings in rows: those marked "kept" must live until the recorder is closed (literals, names of
 * protocols); all others are copied. A NULL string is SQL NULL. An id of 0 is SQL NULL, as is a
 * time of RECORD_NO_TIME and a peer of RECORD_NO_PEER. */
#ifndef SIM_RECORD_H
#define SIM_RECORD_H

#include "sim/event.h"
#include "sim/metric.h"

#include <glib.h>

#define RECORD_NO_TIME INT64_MIN
#define RECORD_NO_PEER UINT32_MAX

/* The id of the counter-th thing (from 1) that an entity made. */
static inline uint64_t record_id(EntityId entity, uint32_t counter)
{
    return (uint64_t)entity << 32 | counter;
}

typedef struct PeerRow {
    EntityId id;
    const char *name, *region;
} PeerRow;

typedef struct LinkRow {
    EntityId sender, receiver;
    SimDuration latency_ns_min;
    double loss;                  /* long-run probability; NaN: one the model does not know, NULL */
    int64_t rate_bits_per_second; /* 0: unlimited, SQL NULL */
} LinkRow;

typedef struct ConnectionRow {
    uint64_t id;
    EntityId dialer, listener;
    const char *stack; /* kept */
    SimTime dialed, opened, closed;
    const char *outcome;                 /* kept: open, closed, reset, refused, timeout, crashed */
    uint64_t bytes_sent, bytes_received; /* as the dialer saw them */
} ConnectionRow;

typedef struct StreamRow {
    uint64_t id, connection;
    const char *protocol; /* kept */
    EntityId opener;
    SimTime opened, closed;
    const char *outcome; /* kept */
} StreamRow;

typedef struct SpanRow {
    uint64_t id, trace, parent;
    const char *name, *kind, *status; /* kept; kind: internal, client, server, producer, consumer;
                                         status: ok, error, unset */
    EntityId peer;
    SimTime start, end;
    const char *attributes; /* JSON object or NULL */
} SpanRow;

typedef struct SpanEventRow {
    uint64_t span;
    SimTime time;
    const char *name; /* kept */
    const char *attributes;
} SpanEventRow;

typedef struct SpanLinkRow {
    uint64_t span, linked;
} SpanLinkRow;

typedef struct MessageRow {
    uint64_t id;
    EntityId sender, receiver;
    uint64_t stream;
    const char *kind, *fate; /* kept */
    uint64_t size_bytes;
    SimTime sent, received;
    uint64_t duplicate_of;
} MessageRow;

/* What a stack put on a link. The fields from number on are those of a transport's header: sequence
 * numbers count from 0 at the connection's start. RECORD_NO_NUMBER: it has none. */
#define RECORD_NO_NUMBER INT64_MIN
typedef struct PacketRow {
    uint64_t id, connection;
    EntityId sender, receiver;
    int64_t number, acknowledged;
    const char *flags;                /* kept; such as SYN|ACK */
    uint64_t size_bytes;              /* all headers included */
    int64_t data_bytes, window_bytes; /* of the transport */
    const char *selective;            /* JSON [[from,to],...], what was acknowledged out of order */
    SimTime sent, received;
    SimDuration queued; /* how long it waited in queues */
    const char *fate;   /* kept */
    uint64_t duplicate_of;
    int64_t stamp, echo; /* of the transport's time stamps */
} PacketRow;

typedef struct FaultRow {
    SimTime time;
    const char *action, *arguments;
} FaultRow;

typedef struct SeriesRow {
    const char *name;
    EntityId peer;
    SimTime time;
    double value;
    uint64_t connection; /* 0: of none */
    EntityId other;      /* of a link: its receiver; RECORD_NO_PEER */
} SeriesRow;

typedef struct SnapshotRow {
    uint64_t id;
    const char *algorithm; /* kept */
    EntityId initiator;
    SimTime started, completed;
    const char *status, *verdict;
    const char *reasons, *missing, *unreachable; /* JSON lists */
    int64_t markers;
    const char *lost; /* a JSON list */
} SnapshotRow;

typedef struct SnapshotStateRow {
    uint64_t snapshot;
    EntityId peer;
    SimTime recorded;
    const char *state; /* JSON */
    uint64_t message;  /* the last that the peer had sent by then */
} SnapshotStateRow;

typedef struct SnapshotChannelRow {
    uint64_t snapshot;
    EntityId sender, receiver;
    const char *messages; /* JSON */
} SnapshotChannelRow;

/* Everything about the run as a whole, one row of `run`. */
typedef struct RunRow {
    int64_t id;
    const char *scenario, *module, *experiment, *cell;
    int64_t repetition;
    uint64_t seed;      /* stored as the int64 with the same bits */
    const char *status; /* complete, interrupted, failed */
    uint64_t fingerprint;
    int64_t events;
    SimTime end;
} RunRow;

typedef struct Recorder Recorder;
typedef struct RecordBuffer RecordBuffer;

/* Creates path.partial with the schema. Fails with SKEIN_ERROR_INPUT when path exists and !replace,
 * with SKEIN_ERROR_ENVIRONMENT when the disk refuses. A path of NULL records to nowhere (rows are
 * dropped). */
Recorder *recorder_new(const char *path, bool replace, GError **error);
/* Records into bytes that the caller owns: see sim/record_block.h. */
Recorder *recorder_new_block(GByteArray *block);
/* Without commit: the partial file is removed. */
void recorder_free(Recorder *recorder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recorder, recorder_free)

/* The name of the file until it is committed; NULL when recording to nowhere. For a signal handler
 * that must remove it. */
const char *recorder_partial_path(const Recorder *recorder);

/* A buffer of the recorder, which owns it. The run it writes for is run_id. */
RecordBuffer *recorder_buffer(Recorder *recorder, int64_t run_id);

void record_peer(RecordBuffer *buffer, const PeerRow *row);
void record_link(RecordBuffer *buffer, const LinkRow *row);
void record_connection(RecordBuffer *buffer, const ConnectionRow *row);
void record_stream(RecordBuffer *buffer, const StreamRow *row);
void record_span(RecordBuffer *buffer, const SpanRow *row);
void record_span_event(RecordBuffer *buffer, const SpanEventRow *row);
void record_span_link(RecordBuffer *buffer, const SpanLinkRow *row);
void record_message(RecordBuffer *buffer, const MessageRow *row);
void record_packet(RecordBuffer *buffer, const PacketRow *row);
void record_fault(RecordBuffer *buffer, const FaultRow *row);
void record_series(RecordBuffer *buffer, const SeriesRow *row);
void record_snapshot(RecordBuffer *buffer, const SnapshotRow *row);
void record_snapshot_state(RecordBuffer *buffer, const SnapshotStateRow *row);
void record_snapshot_channel(RecordBuffer *buffer, const SnapshotChannelRow *row);
void record_parameter(RecordBuffer *buffer, const char *key, const char *value, const char *origin);
void record_input(RecordBuffer *buffer, const char *name, const char *sha256);
void record_execution(RecordBuffer *buffer, const char *key, const char *value);
void record_metric(RecordBuffer *buffer, const char *name, const char *unit, const Metric *metric);
void record_run(RecordBuffer *buffer, const RunRow *row);

/* Writes all buffered rows, makes the indices, syncs and renames. After an earlier write error,
 * which the record functions only remember, this reports it. */
bool recorder_commit(Recorder *recorder, GError **error);

/* True once a write has failed: a long run may end early. */
bool recorder_has_failed(const Recorder *recorder);

#endif
