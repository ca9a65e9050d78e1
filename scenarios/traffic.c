/* SPDX-License-Identifier: MIT */
/* Flows between chosen pairs of peers. A flow begins a transfer at intervals drawn from a
 * distribution (exponential: Poisson arrivals), or each time when the one before it is done:
 *
 *     bulk      a transfer of a drawn size, written at once in chunks; done when the receiver has
 * it exchange  a request of a drawn size, and an answer of another drawn size after a think time;
 *               done when the requester has the answer
 *     on-off    chunks at a steady rate during drawn on times, nothing during drawn off times
 *
 * How long a transfer took is measured from its beginning, the dial included, where its end is
 * seen. A pair may have several flows side by side, each with a stream of its own, and probes
 * beside them (scenarios/traffic_probe.h). */
#include "models/host.h"
#include "scenarios/scenario_module.h"
#include "scenarios/traffic_probe.h"
#include "scenarios/traffic_settings.h"
#include "sim/peer_set.h"

#include <string.h>

/* Counters of draws. */
typedef struct TrafficPeer {
    uint32_t sizes, replies, intervals, starts, thinks, targets, ons, offs;
    uint32_t begun; /* transfers */
} TrafficPeer;

/* At the opener's half: the transfer under way. At the other: what has come of it. */
typedef struct TrafficStream {
    SimTime began;
    uint64_t flow;     /* argument of its next arrival, with pace: closed */
    uint64_t received; /* of this transfer */
    HostTimer timer;   /* end of the thinking */
    Span span;
    bool is_pending;
} TrafficStream;

enum { RANDOM_SIZE, RANDOM_REPLY, RANDOM_INTERVAL, RANDOM_START, RANDOM_THINK, RANDOM_TARGET };
enum { RANDOM_ON = RANDOM_TARGET + 1, RANDOM_OFF };
static const char *const RANDOMS[] = {"size",   "reply", "interval", "start", "think",
                                      "target", "on",    "off",      NULL};

enum { MESSAGE_DATA, MESSAGE_LAST, MESSAGE_REQUEST, MESSAGE_REQUEST_LAST };
static const char *const MESSAGES[] = {"data", "last", "request", "request-last", NULL};

enum { SERIES_RECEIVED };

/* A flow is its target and the number of its transfer: a timer's argument. */
#define TARGET_DRAWN UINT32_MAX

static uint64_t flow_of(EntityId target, uint32_t number)
{
    return (uint64_t)target << 32 | number;
}

/* Writes size_bytes in chunks, of which the last is of the kind after `kind`. */
static void write_chunks(Host *host, Stream *stream, uint64_t size_bytes, unsigned kind,
                         const SpanContext *span)
{
    const TrafficSettings *settings = host_settings(host);
    const uint64_t chunk = (uint64_t)settings->chunk_bytes;
    for (uint64_t left = size_bytes; left > 0;) {
        const uint64_t part = MIN(left, chunk);
        left -= part;
        stream_send(host, stream,
                    &(Message){.kind = left == 0 ? kind + 1 : kind,
                               .size_bytes = (uint32_t)part,
                               .span = *span});
    }
}

static uint64_t draw_size(Host *host, unsigned purpose, uint32_t *draws, const Distribution *size)
{
    return (uint64_t)MAX(host_draw_from(host, purpose, draws, size), 1);
}

/* Transfers, at the sender. */

static Stream *idle_stream(Host *host, EntityId target)
{
    const TrafficSettings *settings = host_settings(host);
    Stream *stream = NULL;
    while (settings->stream == TRAFFIC_LONG_LIVED &&
           (stream = host_next_stream(host, target, TRAFFIC_PROTOCOL_FLOW, stream)) != NULL) {
        const TrafficStream *state = stream_state(stream);
        if (!state->is_pending) {
            return stream;
        }
    }
    return NULL;
}

static Stream *begin(Host *host, EntityId target, uint64_t size_bytes, uint64_t flow)
{
    TrafficPeer *self = host_state(host);
    Span span = span_start(host, "transfer", NULL);
    span_set_integer(&span, "to", target);
    span_set_integer(&span, "size", (int64_t)size_bytes);
    Stream *stream = idle_stream(host, target);
    if (stream == NULL) {
        stream = host_open(host, target, TRAFFIC_PROTOCOL_FLOW, &span.context);
    }
    TrafficStream *state = stream_state(stream);
    state->span = span;
    state->began = host_now(host);
    state->flow = flow;
    state->received = 0;
    self->begun++;
    host_log(host, LOG_INFO, "begins transfer %u of %" G_GUINT64_FORMAT " B to peer %u",
             self->begun, size_bytes, target);
    return stream;
}

static void begin_bulk(Host *host, EntityId target, uint64_t size_bytes)
{
    const TrafficSettings *settings = host_settings(host);
    Stream *stream = begin(host, target, size_bytes, 0);
    TrafficStream *state = stream_state(stream);
    write_chunks(host, stream, size_bytes, MESSAGE_DATA, &state->span.context);
    span_end(host, &state->span);
    if (settings->stream == TRAFFIC_PER_TRANSFER) {
        state->is_pending = true; /* until the receiver has closed it */
        stream_close_write(host, stream);
    }
}

static void begin_exchange(Host *host, EntityId target, uint64_t size_bytes, uint64_t flow)
{
    Stream *stream = begin(host, target, size_bytes, flow);
    TrafficStream *state = stream_state(stream);
    state->is_pending = true;
    write_chunks(host, stream, size_bytes, MESSAGE_REQUEST, &state->span.context);
}

static EntityId draw_target(Host *host)
{
    const TrafficSettings *settings = host_settings(host);
    TrafficPeer *self = host_state(host);
    g_autoptr(PeerSet) set =
        peer_set_new(settings->receivers, host_peer_count(host), host_peer_names(host), NULL);
    const uint32_t count = peer_set_count(set), own = peer_set_has(set, host_id(host)) ? 1 : 0;
    uint32_t index = (uint32_t)host_draw_below(host, RANDOM_TARGET, &self->targets, count - own);
    const EntityId member = peer_set_member(set, index);
    return own == 1 && member >= host_id(host) ? peer_set_member(set, index + 1) : member;
}

static void arrive(Host *host, uint64_t flow)
{
    const TrafficSettings *settings = host_settings(host);
    TrafficPeer *self = host_state(host);
    const uint32_t number = (uint32_t)flow;
    EntityId target = (EntityId)(flow >> 32);
    const uint64_t next = flow_of(target, number + 1);
    const bool is_last = settings->count != 0 && number + 1 >= (uint64_t)settings->count;
    if (settings->pace == TRAFFIC_PACE_OPEN && !is_last) {
        const SimDuration interval =
            host_draw_from(host, RANDOM_INTERVAL, &self->intervals, settings->interval);
        host_after(host, MAX(interval, 1), TRAFFIC_TIMER_ARRIVAL, next);
    }
    if (target == TARGET_DRAWN) {
        target = draw_target(host);
    }
    const uint64_t size_bytes = draw_size(host, RANDOM_SIZE, &self->sizes, settings->size);
    if (settings->pattern == TRAFFIC_BULK) {
        begin_bulk(host, target, size_bytes);
    } else {
        begin_exchange(host, target, size_bytes,
                       settings->pace == TRAFFIC_PACE_CLOSED && !is_last ? next : 0);
    }
}

/* A chunk of an on time, of which argument's lower half are left; 0: the off time has ended. */
static void send_chunk(Host *host, uint64_t flow)
{
    const TrafficSettings *settings = host_settings(host);
    TrafficPeer *self = host_state(host);
    const EntityId target = (EntityId)(flow >> 32);
    uint32_t left = (uint32_t)flow;
    const SimDuration gap =
        (SimDuration)((unsigned __int128)settings->chunk_bytes * 8 * (uint64_t)SIM_SECOND /
                      (uint64_t)settings->rate_bits_per_second);
    if (left == 0) {
        const SimDuration on = host_draw_from(host, RANDOM_ON, &self->ons, settings->on);
        left = (uint32_t)CLAMP(on / MAX(gap, 1), 1, (SimDuration)UINT32_MAX);
    }
    Stream *stream = idle_stream(host, target);
    if (stream == NULL) {
        stream = host_open(host, target, TRAFFIC_PROTOCOL_FLOW, NULL);
    }
    stream_send(host, stream,
                &(Message){.kind = MESSAGE_DATA, .size_bytes = (uint32_t)settings->chunk_bytes});
    SimDuration wait = gap;
    if (--left == 0) {
        wait += host_draw_from(host, RANDOM_OFF, &self->offs, settings->off);
    }
    host_after(host, MAX(wait, 1), TRAFFIC_TIMER_CHUNK, flow_of(target, left));
}

/* Transfers, where they end. */

static void complete(Host *host, Stream *stream, SimTime began)
{
    TrafficStream *state = stream_state(stream);
    const SimDuration time = MAX(host_now(host) - began, 1);
    host_measure(host, TRAFFIC_METRIC_COMPLETION, time);
    host_measure(
        host, TRAFFIC_METRIC_GOODPUT,
        (int64_t)((unsigned __int128)state->received * 8 * (uint64_t)SIM_SECOND / (uint64_t)time));
    host_measure(host, TRAFFIC_METRIC_FAILURE, 0);
    state->received = 0;
}

static void answer(Host *host, uint64_t handle)
{
    const TrafficSettings *settings = host_settings(host);
    TrafficPeer *self = host_state(host);
    Stream *stream = host_stream(host, handle);
    if (stream == NULL) {
        return;
    }
    TrafficStream *state = stream_state(stream);
    state->timer = 0;
    write_chunks(host, stream, draw_size(host, RANDOM_REPLY, &self->replies, settings->reply),
                 MESSAGE_DATA, &state->span.context);
    span_end(host, &state->span);
    if (settings->stream == TRAFFIC_PER_TRANSFER) {
        stream_close_write(host, stream);
    }
}

static void receive_request(Host *host, Stream *stream, const Message *message)
{
    const TrafficSettings *settings = host_settings(host);
    TrafficPeer *self = host_state(host);
    TrafficStream *state = stream_state(stream);
    host_timer_free(host, state->timer);
    span_end_error(host, &state->span);
    state->span = span_start(host, "answer", &message->span);
    const SimDuration think = host_draw_from(host, RANDOM_THINK, &self->thinks, settings->think);
    if (think > 0) {
        state->timer = host_after(host, think, TRAFFIC_TIMER_ANSWER, stream_handle(stream));
    } else {
        state->timer = 0;
        answer(host, stream_handle(stream));
    }
}

static void finish_exchange(Host *host, Stream *stream)
{
    const TrafficSettings *settings = host_settings(host);
    TrafficPeer *self = host_state(host);
    TrafficStream *state = stream_state(stream);
    complete(host, stream, state->began);
    span_end(host, &state->span);
    state->is_pending = false;
    if (state->flow != 0) {
        const SimDuration interval =
            host_draw_from(host, RANDOM_INTERVAL, &self->intervals, settings->interval);
        host_after(host, MAX(interval, 1), TRAFFIC_TIMER_ARRIVAL, state->flow);
    }
    if (settings->stream == TRAFFIC_PER_TRANSFER) {
        stream_close(host, stream);
    }
}

static void receive(Host *host, Stream *stream, const Message *message)
{
    TrafficStream *state = stream_state(stream);
    state->received += message->size_bytes;
    host_measure(host, TRAFFIC_METRIC_RECEIVED, message->size_bytes);
    host_sample(host, SERIES_RECEIVED, stream, (double)message->size_bytes);
    switch (message->kind) {
    case MESSAGE_REQUEST_LAST:
        receive_request(host, stream, message);
        break;
    case MESSAGE_LAST:
        if (stream_is_opener(host, stream)) {
            finish_exchange(host, stream);
        } else {
            complete(host, stream, message->sent);
        }
        break;
    default:
        break;
    }
}

static void ended(Host *host, Stream *stream, Outcome outcome)
{
    TrafficStream *state = stream_state(stream);
    const TrafficSettings *settings = host_settings(host);
    const bool is_bulk = settings->pattern == TRAFFIC_BULK;
    if (stream_is_opener(host, stream) && state->is_pending &&
        (!is_bulk || outcome != OUTCOME_CLOSED)) {
        host_measure(host, TRAFFIC_METRIC_FAILURE, 1);
        if (!is_bulk && state->flow != 0) {
            host_after(host, 1, TRAFFIC_TIMER_ARRIVAL, state->flow);
        }
    }
    span_end_error(host, &state->span);
    host_timer_free(host, state->timer);
}

/* Flows. */

static void start_flow(Host *host, EntityId target)
{
    const TrafficSettings *settings = host_settings(host);
    TrafficPeer *self = host_state(host);
    if (target == host_id(host)) {
        return;
    }
    const unsigned timer =
        settings->pattern == TRAFFIC_ON_OFF ? TRAFFIC_TIMER_CHUNK : TRAFFIC_TIMER_ARRIVAL;
    for (int64_t i = 0; i < settings->streams; i++) {
        const SimDuration delay =
            host_draw_from(host, RANDOM_START, &self->starts, settings->start);
        host_after(host, MAX(delay, 1), timer, flow_of(target, 0));
    }
    if (target != TARGET_DRAWN) {
        traffic_probe_start(host, target);
    }
}

/* The place of a sender among the senders. */
static uint32_t place_in(const PeerSet *set, EntityId peer)
{
    uint32_t low = 0, high = peer_set_count(set);
    while (low + 1 < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (peer_set_member(set, middle) <= peer) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static void start(Host *host)
{
    const TrafficSettings *settings = host_settings(host);
    const uint32_t count = host_peer_count(host);
    const char *const *names = host_peer_names(host);
    g_autoptr(PeerSet) senders = peer_set_new(settings->senders, count, names, NULL);
    g_autoptr(PeerSet) receivers = peer_set_new(settings->receivers, count, names, NULL);
    if (!peer_set_has(senders, host_id(host))) {
        return;
    }
    switch (settings->pairs) {
    case TRAFFIC_PAIRS_ALL:
        for (uint32_t k = 0; k < peer_set_count(receivers); k++) {
            start_flow(host, peer_set_member(receivers, k));
        }
        break;
    case TRAFFIC_PAIRS_NEIGHBOURS:
        for (uint32_t k = 0; k < host_neighbour_count(host); k++) {
            if (peer_set_has(receivers, host_neighbour(host, k))) {
                start_flow(host, host_neighbour(host, k));
            }
        }
        break;
    case TRAFFIC_PAIRS_MATCHED:
        start_flow(host, peer_set_member(receivers, place_in(senders, host_id(host))));
        break;
    default:
        start_flow(host, TARGET_DRAWN);
        break;
    }
}

static void run_transfer(Host *host, const int64_t *arguments)
{
    if (arguments[0] != arguments[1] && arguments[2] > 0) {
        begin_bulk(host, (EntityId)arguments[1], (uint64_t)arguments[2]);
    }
}

static void print_state(const void *state, GString *text)
{
    const TrafficPeer *self = state;
    g_string_append_printf(text, "{\"begun\":%u}", self->begun);
}

static const Protocol PROTOCOLS[] = {
    [TRAFFIC_PROTOCOL_FLOW] = {.name = "/traffic/1.0.0",
                               .messages = MESSAGES,
                               .stream_state_size_bytes = sizeof(TrafficStream),
                               .received = receive,
                               .ended = ended},
    [TRAFFIC_PROTOCOL_PROBE] = {.name = "/traffic/probe/1.0.0",
                                .messages = TRAFFIC_PROBE_MESSAGES,
                                .received = traffic_probe_received},
    {0},
};
static const TimerAction TIMERS[] = {[TRAFFIC_TIMER_ARRIVAL] = {"traffic.arrival", arrive},
                                     [TRAFFIC_TIMER_ANSWER] = {"traffic.answer", answer},
                                     [TRAFFIC_TIMER_CHUNK] = {"traffic.chunk", send_chunk},
                                     [TRAFFIC_TIMER_PROBE] = {"traffic.probe", traffic_probe_send},
                                     {0}};
static const Action ACTIONS[] = {{"transfer", "transfer PEER PEER bytes COUNT",
                                  "the first sends so much to the second", run_transfer},
                                 {0}};
static const MetricName METRICS[] = {
    [TRAFFIC_METRIC_COMPLETION] = {"completion", "ns",
                                   "from the beginning of a transfer to its end"},
    [TRAFFIC_METRIC_GOODPUT] = {"goodput", "bit/s", "bits of a completed transfer over its time"},
    [TRAFFIC_METRIC_RECEIVED] = {"received", "B", "what arrived, message by message"},
    [TRAFFIC_METRIC_FAILURE] = {"failure", "1",
                                "1 for a transfer whose stream ended first, else 0"},
    [TRAFFIC_METRIC_PROBE] = {"probe", "ns", "from a probe to its echo"},
    {0}};
static const char *const SERIES[] = {[SERIES_RECEIVED] = "received", NULL};
static const ScenarioProperty PROPERTIES[] = {{"no transfer fails", "traffic.failure == 0"}, {0}};
static const char *const PLOTS[] = {"metric-cdf", "series", "sequence", "latency-cdf", NULL};

static const Application APPLICATION = {
    .name = "traffic",
    .state_size_bytes = sizeof(TrafficPeer),
    .check = traffic_settings_check,
    .start = start,
    .protocols = PROTOCOLS,
    .timers = TIMERS,
    .actions = ACTIONS,
    .randoms = RANDOMS,
    .metrics = METRICS,
    .series = SERIES,
    .print_state = print_state,
};

const ScenarioModule SCENARIO_traffic = {
    .name = "traffic",
    .title = "Flows between peers: bulk transfers, exchanges, on-off sources",
    .settings = &TRAFFIC_SETTINGS,
    .application = &APPLICATION,
    .properties = PROPERTIES,
    .plots = PLOTS,
};
