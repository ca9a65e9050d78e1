/* SPDX-License-Identifier: MIT */
/* The original p2p-testbed (qri-io/p2p-testbed, commit 51490af, July 2018), faithfully: `main` is
 * the coordinator.
 *
 *  1. Setup: NewNetwork makes the hosts; connectPeers dials, one after another, j from i for each i
 * < j.
 *  2. Peer 0 sends PING to a random peer: it sleeps, opens a stream, writes; the receiver sleeps
 * and answers PONG on the same stream.
 *  3. As soon as the PING is sent, peer 1 starts the snapshot: each peer, on its first marker,
 * records its state and sends a marker to every peer it knows, each on a new stream.
 *
 * Its known defects stay: channels are not recorded, markers can overtake messages, nothing notices
 * the end, the initiator's span ends at the first marker that comes back, a failed dial hangs the
 * set-up. One defect cannot occur here: two markers handled at the same time, since a host runs one
 * event at a time.
 *
 * `pings: all-pairs` adds a survey once the snapshot is over: each ordered pair pings once, in
 * order, one after another, with the same sleeps. These PING spans carry the attribute `to`, which
 * the original's has not. */
#include "models/host.h"
#include "scenarios/scenario_module.h"

#include <string.h>

typedef struct TestbedSettings {
    int pings;
    Distribution *delay;
} TestbedSettings;

enum { PINGS_ONE, PINGS_ALL_PAIRS };
static const char *const PINGS[] = {"one", "all-pairs", NULL};

enum { TOKEN_LENGTH = 10 };

/* One struct for both roles: the coordinator uses the second half. */
typedef struct Testbed {
    Span ping;
    SimTime ping_started;
    Span snapshot; /* cl_snapshot, at the initiator */
    Span pong;
    char token[TOKEN_LENGTH];
    bool has_token;
    uint8_t pet;
    uint32_t markers; /* received */
    uint32_t pet_draws, target_draws, delay_draws, token_draws;
    EntityId target; /* of the PING that waits for its delay */
    Stream *answer;  /* where the PONG goes after its delay */

    Span setup, connect;
    EntityId from, to; /* the pair being dialled or surveyed */
    uint32_t recorded; /* peers that have had all markers */
    bool is_answered, is_surveying;
} Testbed;

enum { RANDOM_PET, RANDOM_TARGET, RANDOM_DELAY, RANDOM_TOKEN };
static const char *const RANDOMS[] = {"pet", "target", "delay", "token", NULL};

enum { MESSAGE_PING, MESSAGE_PONG, MESSAGE_MARKER };
static const char *const MESSAGES[] = {"PING", "PONG", "cl_snapshot", NULL};

enum { PROTOCOL_TESTBED };
enum { TIMER_PING, TIMER_PONG };
enum { ORDER_DIAL, ORDER_PING, ORDER_PING_PEER, ORDER_SNAPSHOT };
enum { REPORT_DIALED, REPORT_PINGED, REPORT_ANSWERED, REPORT_RECORDED };
enum { METRIC_RTT };

/* The last is never drawn: the original draws below the length less one. */
static const char *const PETS[] = {"doggo", "cat",        "giraffe",    "lizard",
                                   "smurf", "chinchilla", "cryptokitty"};

/* Bytes of the JSON envelope {ID, Type, Created, Deadline, Initiator, Headers, Tracing, Payload}
 * around a payload: about what the original's marshals to. */
enum { ENVELOPE_SIZE_BYTES = 300 };

static SimDuration draw_delay(Host *host)
{
    Testbed *self = host_state(host);
    const TestbedSettings *settings = host_settings(host);
    return host_draw_from(host, RANDOM_DELAY, &self->delay_draws, settings->delay);
}

static void start(Host *host)
{
    Testbed *self = host_state(host);
    self->pet =
        (uint8_t)host_draw_below(host, RANDOM_PET, &self->pet_draws, G_N_ELEMENTS(PETS) - 1);
}

/* PING and PONG. */

static void send_ping(Host *host, uint64_t argument)
{
    (void)argument;
    Testbed *self = host_state(host);
    host_log(host, LOG_INFO, "sends PING to peer %u", self->target);
    Stream *stream = host_open(host, self->target, PROTOCOL_TESTBED, &self->ping.context);
    stream_send(host, stream,
                &(Message){.kind = MESSAGE_PING,
                           .size_bytes = ENVELOPE_SIZE_BYTES,
                           .span = self->ping.context});
    stream_close_write(host, stream);
    host_report(host, REPORT_PINGED, 0);
}

/* The span starts before the sender's sleep, as in the original. */
static void begin_ping(Host *host, EntityId target)
{
    Testbed *self = host_state(host);
    self->target = target;
    self->ping = span_start(host, "PING", NULL);
    self->ping_started = host_now(host);
    const SimDuration delay = draw_delay(host);
    if (delay > 0) {
        host_after(host, delay, TIMER_PING, 0);
    } else {
        send_ping(host, 0);
    }
}

/* The peerstore lists the peer itself first, then the others; the last entry is never drawn. */
static void order_ping(Host *host, EntityId from, uint64_t argument, const SpanContext *span)
{
    (void)from;
    (void)argument;
    (void)span;
    Testbed *self = host_state(host);
    const uint32_t known = host_known_count(host);
    if (known < 2) {
        return;
    }
    uint64_t entry = 0;
    while (entry == 0) {
        entry = host_draw_below(host, RANDOM_TARGET, &self->target_draws, known);
    }
    begin_ping(host, host_known(host, (uint32_t)entry - 1));
}

static void order_ping_peer(Host *host, EntityId from, uint64_t target, const SpanContext *span)
{
    (void)from;
    (void)span;
    begin_ping(host, (EntityId)target);
    span_set_integer(&((Testbed *)host_state(host))->ping, "to", (int64_t)target);
}

static void send_pong(Host *host, uint64_t argument)
{
    (void)argument;
    Testbed *self = host_state(host);
    if (self->answer != NULL) {
        host_log(host, LOG_INFO, "sends PONG to peer %u", stream_peer(self->answer));
        stream_send(host, self->answer,
                    &(Message){.kind = MESSAGE_PONG,
                               .size_bytes = ENVELOPE_SIZE_BYTES,
                               .span = self->pong.context});
        stream_close(host, self->answer);
        self->answer = NULL;
    }
    span_end(host, &self->pong);
}

static void receive_ping(Host *host, Stream *stream, const Message *message)
{
    Testbed *self = host_state(host);
    self->pong = span_start(host, "PONG", &message->span);
    self->answer = stream;
    const SimDuration delay = draw_delay(host);
    if (delay > 0) {
        host_after(host, delay, TIMER_PONG, 0);
    } else {
        send_pong(host, 0);
    }
}

static void receive_pong(Host *host, Stream *stream)
{
    Testbed *self = host_state(host);
    host_measure(host, METRIC_RTT, host_now(host) - self->ping_started);
    span_end(host, &self->ping);
    stream_close(host, stream);
    host_report(host, REPORT_ANSWERED, 0);
}

/* The snapshot. */

static void print_snapshot(const Host *host, GString *text)
{
    const Testbed *self = host_state(host);
    g_string_append(text, "{\"conns\":[");
    for (uint32_t i = 0; i < host_known_count(host); i++) {
        g_string_append_printf(text, "%s%u", i == 0 ? "" : ",", host_known(host, i));
    }
    g_string_append_printf(text, "],\"peerID\":%u,\"pet\":\"%s\"}", host_id(host), PETS[self->pet]);
}

/* Records the state in the span's attribute and sends the token on, to every known peer, each on
 * its own stream. */
static void take_snapshot(Host *host, Span *span)
{
    Testbed *self = host_state(host);
    if (span->open != NULL) {
        g_autoptr(GString) state = g_string_new(NULL);
        print_snapshot(host, state);
        span_set_json(span, "state", state->str);
    }
    for (uint32_t i = 0; i < host_known_count(host); i++) {
        Stream *stream = host_open(host, host_known(host, i), PROTOCOL_TESTBED, &span->context);
        stream_send(host, stream,
                    &(Message){.kind = MESSAGE_MARKER,
                               .content = self->token,
                               .content_size_bytes = TOKEN_LENGTH,
                               .size_bytes = ENVELOPE_SIZE_BYTES + TOKEN_LENGTH,
                               .span = span->context});
        stream_close_write(host, stream);
    }
}

static void order_snapshot(Host *host, EntityId from, uint64_t argument, const SpanContext *span)
{
    (void)from;
    (void)argument;
    (void)span;
    static const char ALPHABET[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    Testbed *self = host_state(host);
    for (unsigned i = 0; i < TOKEN_LENGTH; i++) {
        self->token[i] =
            ALPHABET[host_draw_below(host, RANDOM_TOKEN, &self->token_draws, sizeof ALPHABET - 1)];
    }
    self->has_token = true;
    self->snapshot = span_start(host, "cl_snapshot", NULL);
    take_snapshot(host, &self->snapshot);
}

static void receive_marker(Host *host, Stream *stream, const Message *message)
{
    Testbed *self = host_state(host);
    Span span = span_start(host, "snapshot", &message->span);
    if (!self->has_token) {
        memcpy(self->token, message->content, TOKEN_LENGTH);
        self->has_token = true;
        take_snapshot(host, &span);
    } else if (self->snapshot.context.span != 0 && self->snapshot.open != NULL) {
        span_end(host, &self->snapshot);
    } else if (self->snapshot.context.span != 0) {
        span_event(host, &self->snapshot.context, "finished again", NULL);
    }
    span_end(host, &span);
    stream_close(host, stream);
    if (++self->markers == host_peer_count(host) - 1) {
        host_report(host, REPORT_RECORDED, 0);
    }
}

static void receive(Host *host, Stream *stream, const Message *message)
{
    switch (message->kind) {
    case MESSAGE_PING:
        receive_ping(host, stream, message);
        break;
    case MESSAGE_PONG:
        receive_pong(host, stream);
        break;
    default:
        receive_marker(host, stream, message);
        break;
    }
}

/* The other side's write has ended; what was read from it is being answered. */
static void half_closed(Host *host, Stream *stream)
{
    (void)host;
    (void)stream;
}

static void ended(Host *host, Stream *stream, Outcome outcome)
{
    (void)outcome;
    Testbed *self = host_state(host);
    if (self->answer == stream) {
        self->answer = NULL;
    }
}

/* The coordinator. */

static void order_dial(Host *host, EntityId from, uint64_t target, const SpanContext *span)
{
    (void)from;
    host_log(host, LOG_INFO, "dials peer %u", (EntityId)target);
    host_dial(host, (EntityId)target, "DialPeer", span);
}

/* A failed dial is never reported: the original hangs there too. */
static void dialed(Host *host, EntityId peer, Outcome outcome)
{
    if (outcome == OUTCOME_OPEN) {
        host_report(host, REPORT_DIALED, peer);
    }
}

static void start_coordinator(Host *host)
{
    Testbed *self = host_state(host);
    self->setup = span_start(host, "Setup", NULL);
    span_set_integer(&self->setup, "peerCount", host_peer_count(host));
    Span network = span_start(host, "NewNetwork", &self->setup.context);
    span_end(host, &network);
    self->connect = span_start(host, "connectPeers", &self->setup.context);
    self->to = 1;
    if (host_peer_count(host) > 1) {
        host_order(host, 0, ORDER_DIAL, 1, &self->connect.context);
    }
}

static void report_dialed(Host *host, EntityId from, uint64_t peer, const SpanContext *span)
{
    (void)from;
    (void)peer;
    (void)span;
    Testbed *self = host_state(host);
    const uint32_t count = host_peer_count(host);
    if (++self->to == count) {
        self->from++;
        self->to = self->from + 1;
    }
    if (self->to < count) {
        host_order(host, self->from, ORDER_DIAL, self->to, &self->connect.context);
        return;
    }
    span_end(host, &self->connect);
    span_end(host, &self->setup);
    self->from = self->to = 0;
    host_order(host, 0, ORDER_PING, 0, NULL);
}

static void report_pinged(Host *host, EntityId from, uint64_t argument, const SpanContext *span)
{
    (void)from;
    (void)argument;
    (void)span;
    const Testbed *self = host_state(host);
    if (!self->is_surveying) {
        host_order(host, 1, ORDER_SNAPSHOT, 0, NULL);
    }
}

/* The next ordered pair of the survey, from which the diagonal is left out. */
static void survey_next(Host *host)
{
    Testbed *self = host_state(host);
    const uint32_t count = host_peer_count(host);
    do {
        if (++self->to == count) {
            self->from++;
            self->to = 0;
        }
    } while (self->from == self->to);
    if (self->from < count) {
        host_order(host, self->from, ORDER_PING_PEER, self->to, NULL);
    }
}

static void survey_if_ready(Host *host)
{
    Testbed *self = host_state(host);
    const TestbedSettings *settings = host_settings(host);
    if (settings->pings == PINGS_ALL_PAIRS && !self->is_surveying && self->is_answered &&
        self->recorded == host_peer_count(host)) {
        self->is_surveying = true;
        survey_next(host);
    }
}

static void report_answered(Host *host, EntityId from, uint64_t argument, const SpanContext *span)
{
    (void)from;
    (void)argument;
    (void)span;
    Testbed *self = host_state(host);
    if (self->is_surveying) {
        survey_next(host);
    } else {
        self->is_answered = true;
        survey_if_ready(host);
    }
}

static void report_recorded(Host *host, EntityId from, uint64_t argument, const SpanContext *span)
{
    (void)from;
    (void)argument;
    (void)span;
    ((Testbed *)host_state(host))->recorded++;
    survey_if_ready(host);
}

static void print_state(const void *state, GString *text)
{
    const Testbed *self = state;
    g_string_append_printf(text, "{\"pet\":\"%s\",\"markers\":%u,\"hasSnapshot\":%s}",
                           PETS[self->pet], self->markers, self->has_token ? "true" : "false");
}

static const Setting SETTINGS[] = {
    {.key = "pings",
     .type = SETTING_CHOICE,
     .offset = offsetof(TestbedSettings, pings),
     .default_text = "one",
     .choices = PINGS,
     .help = "The original's one PING, or after the snapshot also one for each ordered pair."},
    {.key = "delay",
     .type = SETTING_DURATION_DISTRIBUTION,
     .offset = offsetof(TestbedSettings, delay),
     .default_text = "uniform(0ms, 99ms, step=1ms)",
     .minimum = "0",
     .help = "How long a peer sleeps before it sends a PING, and before it answers one."},
    {0},
};
static const SettingsTable TABLE = {"testbed", SETTINGS, sizeof(TestbedSettings)};

static const Protocol PROTOCOLS[] = {
    [PROTOCOL_TESTBED] = {.name = "/testbed",
                          .messages = MESSAGES,
                          .received = receive,
                          .half_closed = half_closed,
                          .ended = ended},
    {0},
};
static const TimerAction TIMERS[] = {
    [TIMER_PING] = {"testbed.ping", send_ping}, [TIMER_PONG] = {"testbed.pong", send_pong}, {0}};
static const ControlAction ORDERS[] = {
    [ORDER_DIAL] = {"dial", order_dial},
    [ORDER_PING] = {"ping", order_ping},
    [ORDER_PING_PEER] = {"ping-peer", order_ping_peer},
    [ORDER_SNAPSHOT] = {"snapshot", order_snapshot},
    {0},
};
static const ControlAction REPORTS[] = {
    [REPORT_DIALED] = {"dialed", report_dialed},
    [REPORT_PINGED] = {"pinged", report_pinged},
    [REPORT_ANSWERED] = {"answered", report_answered},
    [REPORT_RECORDED] = {"recorded", report_recorded},
    {0},
};
static const MetricName METRICS[] = {
    [METRIC_RTT] = {"rtt", "ns", "from the start of a PING, its sleep included, to its answer"},
    {0}};
static const char *const PLOTS[] = {"latency-cdf", "spacetime", "topology", NULL};

static const Application APPLICATION = {
    .name = "testbed",
    .state_size_bytes = sizeof(Testbed),
    .dials_itself = true,
    .has_coordinator = true,
    .start = start,
    .start_coordinator = start_coordinator,
    .dialed = dialed,
    .protocols = PROTOCOLS,
    .timers = TIMERS,
    .reports = REPORTS,
    .orders = ORDERS,
    .randoms = RANDOMS,
    .metrics = METRICS,
    .print_state = print_state,
};

const ScenarioModule SCENARIO_testbed = {
    .name = "testbed",
    .title = "The original testbed: 190 dials, PING and PONG, a snapshot",
    .settings = &TABLE,
    .application = &APPLICATION,
    .plots = PLOTS,
};
