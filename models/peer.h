/* SPDX-License-Identifier: MIT */
/* Inside models/: the fields of a host, of the network, and the wire shapes. Scenarios see
 * models/host.h only. */
#ifndef MODELS_PEER_H
#define MODELS_PEER_H

#include "models/contact.h"
#include "models/frame_buffer.h"
#include "models/latency.h"
#include "models/layers.h"
#include "models/link_port.h"
#include "models/network.h"
#include "models/path_models.h"
#include "models/quic_settings.h"
#include "models/stream_end.h"
#include "models/tcp_settings.h"
#include "models/topology.h"
#include "sim/mix.h"
#include "sim/random.h"
#include "sim/timer.h"

typedef struct Connection Connection;

/* The numbers of the network's event kinds, in the order of their table in network.c. */
typedef enum NetworkKind {
    KIND_START,
    KIND_PEER_EVENT, /* argument: index in the fault plan */
    KIND_DIAL,
    KIND_ACCEPT,
    KIND_REFUSE,
    KIND_MESSAGE,
    KIND_STREAM_END,
    KIND_CONNECTION_END,
    KIND_REPORT,
    KIND_ORDER,
    KIND_DIAL_TIMEOUT,     /* a timer; argument: see connection_dialed() */
    KIND_RELEASE,          /* a timer: try again to send what is held; or HOST_POLICY_TRIM */
    KIND_DIALED,           /* deferred: a dial that needed no time is done; argument: likewise */
    KIND_PACKET,           /* models/packet_link.h */
    KIND_PORT,             /* models/packet_station.h */
    KIND_TRANSPORT_TIMER,  /* a timer of the stack's */
    KIND_TRANSPORT_SETTLE, /* deferred: something of the stack's to be done in this instant */
    KIND_TIMER_FIRST,      /* the application's timers */
} NetworkKind;

/* An entry in a host's table of streams: a pointer to one, which is even, or a link of the list of
 * free slots: STREAM_SLOT_FREE and twice 1 + the next one's number, 0 for none. */
typedef uintptr_t StreamSlot;
#define STREAM_SLOT_FREE ((StreamSlot)1)

/* What all connections of a host share: its way up to the network and down from it. */
typedef struct AccessPorts {
    LinkPort up, down;
    uint32_t draws;
} AccessPorts;

/* The pair's own port: of the link to the peer, and with link.order: propagation-first of the link
 * from the peer. */
typedef struct PairPorts {
    LinkPort sending, receiving;
    uint32_t draws;
} PairPorts;

struct Host {
    Entity entity;
    Network *network;
    ContactTable contacts;
    StreamSlot *streams;
    uint32_t stream_slots;
    uint32_t stream_slot_free; /* 1 + the first free slot, 0: none */
    uint32_t stream_halves;    /* so far, for the names of halves */
    uint32_t spans_made, messages_made, connections_made, streams_made, packets_made;
    AccessPorts *access;           /* NULL until a packet has used it */
    void *transport;               /* of the stack; NULL until there is something */
    struct HostPolicy *policy;     /* models/host_policy.h; NULL until there is something */
    struct IdentifyPushes *pushes; /* models/identify.h; NULL: none is under way */
    TimerId release;
    uint32_t crashes;
    bool is_crashed;
    uint64_t state[]; /* of the application */
};

/* A line of the log that waits for those of other partitions. */
typedef struct LogLine {
    SimTime time;
    EntityId peer;
    unsigned number; /* among those that wait */
    LogLevel level;
    char *text;
} LogLine;

/* What changes during a run and belongs to no host: one for each partition. */
typedef struct NetworkPart {
    RecordBuffer *records; /* NULL: none */
    Metric **metrics;
    struct OpenSpan *open_spans, *free_spans;
    BlockPool blocks;   /* contacts, connections, streams and what is held of its hosts */
    FrameBuffer record; /* of layers, that is being written */
    bool has_ports;     /* a packet has used a port of one of its hosts */
    GArray *log;        /* of LogLine; NULL: none waits */
    GByteArray *draft;  /* where a stack makes what it sends next */
    uint64_t raised;    /* recorded delays that would have let a message overtake another */
} NetworkPart;

typedef enum RecordLevel { RECORD_ALL, RECORD_SAMPLED, RECORD_METRICS } RecordLevel;

/* Metrics of the network itself, named in network_report.c; the application's follow. */
typedef enum NetworkMetric {
    METRIC_DIAL_TIME,
    METRIC_MESSAGE_LATENCY,
    METRIC_MESSAGE_LOSS,
    METRIC_PACKET_LATENCY,
    METRIC_PACKET_QUEUEING,
    METRIC_PACKET_LOSS,
    METRIC_PACKET_DROP,
    METRIC_FIRST
} NetworkMetric;

typedef struct PeersSettings {
    int64_t count;
    char *attach;
    char **names;
} PeersSettings;

typedef struct LinkSettings {
    char *latency, *loss, *jitter;
    char *bandwidth, *queue, *duplication, *corruption;
    int64_t mtu_bytes;
    int order, reorder; /* LinkOrder, LinkReorder */
} LinkSettings;

typedef struct AccessSettings {
    char *up, *down, *queue;
} AccessSettings;

typedef struct StackSettings {
    char *name;
    int preset; /* index into STACK_PRESETS */
} StackSettings;

typedef struct IdealSettings {
    int order;
} IdealSettings;

typedef struct DialSettings {
    SimDuration timeout, rank_delay;
    bool reuse, back_off;
} DialSettings;

/* The connection manager's. */
typedef struct ConnectionsSettings {
    int64_t low, high; /* high 0: no limit */
    SimDuration grace, silence;
} ConnectionsSettings;

/* Series of the network itself, named in network_report.c; the application's follow. A value is
 * recorded when it changes. */
typedef enum NetworkSeries {
    SERIES_LINK_QUEUE, /* B; that wait before the pair's link */
    SERIES_UP_QUEUE,   /* B; before the host's up link */
    SERIES_DOWN_QUEUE,
    SERIES_TCP_WINDOW,      /* 1; segments */
    SERIES_TCP_IN_FLIGHT,   /* 1; segments */
    SERIES_TCP_ROUND_TRIP,  /* ns; smoothed */
    SERIES_TCP_RESENT,      /* 1; segments sent again so far */
    SERIES_QUIC_WINDOW,     /* B */
    SERIES_QUIC_IN_FLIGHT,  /* B */
    SERIES_QUIC_ROUND_TRIP, /* ns; smoothed */
    SERIES_QUIC_LOST,       /* 1; packets taken for lost so far */
    SERIES_FIRST
} NetworkSeries;

typedef struct RecordSettings {
    CallText *level;
    int snapshots;
    bool packets;
    char **series;
} RecordSettings;

struct Network {
    NetworkOptions options;
    const Application *application;
    PeersSettings peers;
    TopologyOptions topology_options;
    LinkSettings link;
    AccessSettings access;
    StackSettings stack_settings;
    IdealSettings ideal;
    TcpSettings tcp;
    QuicSettings quic;
    Layers layers; /* above the transport */
    DialSettings dial;
    ConnectionsSettings connections;
    RecordSettings record;
    RecordLevel level;
    bool records_snapshots; /* states and channels */
    double sample;
    bool *records_series; /* by number; NULL: none */
    char **series_names;
    uint32_t peer_count;
    char **peer_names;
    Topology *topology;
    GPtrArray *latencies;    /* of LatencyModel: see network_latency() */
    GPtrArray *losses;       /* of LossModel, the base first, then each `set link.loss` */
    EdgeValues *edge_losses; /* of LossModel, in place of the base; NULL: none */
    unsigned latency_rows, jitter_rows;
    PathModels path;
    PeerSet *udp_blocked;  /* quic.blocked; NULL: none */
    bool sends_packets;    /* the stack's way through models/packet_link.h is in use */
    unsigned *row_numbers; /* of each `set` row among those of its key, from 1 */
    bool has_settings;     /* the timeline has `set` rows */
    bool has_changes;      /* or others that change links */
    const struct Stack *stack;
    uint64_t latency_purpose, control_purpose, loss_purpose, path_loss_purpose;
    uint64_t control_loss_purpose;
    uint64_t *random_purposes; /* of the application */
    FaultPlan *plan;
    struct SnapshotLayer *snapshot; /* models/snapshot_layer.h; NULL: none */
    SimDuration lookahead;
    GPtrArray *inputs, *warnings; /* of char *, NULL-terminated */
    Simulation *simulation;
    EventKind *kinds; /* the network's, then one for each timer of the application */
    unsigned kind_count;
    NetworkPart *parts;
    bool is_finished;
    Recorder *recorder;
    int64_t run_id;
    unsigned metric_count, protocol_count;
    char **metric_names;
};

/* The body of KIND_MESSAGE, before its content. No padding. Slots, spans and stamps are not hashed:
 * they are hints and observations. */
typedef struct MessageHeader {
    uint64_t connection, stream;
    SpanContext span;
    uint64_t stamp;
    SimTime sent;
    uint32_t sender, number;
    uint32_t sender_slot, receiver_slot;
    uint32_t size_bytes, content_size_bytes;
    uint16_t protocol, kind;
    uint16_t is_recorded, is_first; /* is_first: it opens the stream */
    uint32_t original, reserved;    /* number of the message that the link doubled, 0: it is none */
    uint64_t content[];
} MessageHeader;

/* The body of KIND_STREAM_END. */
typedef struct StreamEndBody {
    uint64_t connection, stream;
    uint32_t sender, how;
    uint32_t receiver_slot, reserved;
} StreamEndBody;

/* The body of KIND_DIAL, KIND_ACCEPT, KIND_REFUSE and KIND_CONNECTION_END. in_order: that end came
 * after everything that was sent, else it is a reset. */
typedef struct ConnectionBody {
    uint64_t connection;
    uint32_t sender, in_order;
} ConnectionBody;

/* The body of KIND_REPORT and KIND_ORDER. The span is not hashed. */
typedef struct ControlBody {
    uint64_t argument;
    SpanContext span;
    uint32_t action, sender;
} ControlBody;

static inline Host *host_of(Entity *entity)
{
    return (Host *)entity;
}

static inline NetworkPart *host_part(const Host *host)
{
    return entity_partition_context(&host->entity);
}

static inline bool host_is_coordinator(const Host *host)
{
    return host->entity.id == host->network->peer_count;
}

/* The models for a `set` row of latency, of jitter, of loss; 0 where none is in force. */
static inline const LatencyModel *network_latency(const Network *network, unsigned latency,
                                                  unsigned jitter)
{
    const unsigned row = latency == 0 ? 0 : network->row_numbers[latency - 1];
    const unsigned column = jitter == 0 ? 0 : network->row_numbers[jitter - 1];
    return g_ptr_array_index(network->latencies, row * (network->jitter_rows + 1) + column);
}

static inline const LossModel *network_loss(const Network *network, unsigned loss, EntityId sender,
                                            EntityId receiver)
{
    if (loss == 0 && network->edge_losses != NULL) {
        return edge_values_get(network->edge_losses, sender, receiver);
    }
    return g_ptr_array_index(network->losses, loss == 0 ? 0 : network->row_numbers[loss - 1]);
}

const char *network_series_name(NetworkSeries series);

/* Which series are recorded: fills records_series from the setting. */
bool network_series_choose(Network *network, GError **error);

/* A value of a series now; connection 0 and other RECORD_NO_PEER: of none. Ask whether it is
 * recorded first. */
static inline bool network_records_series(const Host *host, unsigned series)
{
    return host->network->records_series != NULL && host->network->records_series[series];
}
void network_sample(const Host *host, unsigned series, SimTime time, double value,
                    uint64_t connection, EntityId other);

const char *network_metric_title(NetworkMetric metric);

/* The models of the settings, and those of the plan's `set` rows. */
void network_note_input(Network *network, const char *name); /* of a file that was read */
bool network_models_build(Network *network, GError **error);
bool network_models_add_rows(Network *network, GError **error);

/* Reads the network's sections into its structs, and frees them. */
bool network_settings_read(Network *network, GError **error);
void network_settings_clear(Network *network);

/* True when a message or stream of that trace is recorded. */
bool network_records_trace(const Network *network, uint64_t trace);

/* Tells the record what became of a message; received is RECORD_NO_TIME unless it was delivered. */
void message_record(const Host *host, const MessageHeader *message, EntityId receiver,
                    SimTime received, const char *fate);

/* Writes the spans that are still open, and forgets them. */
void span_finish_all(NetworkPart *part);
void span_part_clear(NetworkPart *part);

#endif
