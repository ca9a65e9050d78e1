/* SPDX-License-Identifier: MIT */
/* PING and PONG between peers of any topology. Each pinger sends on its interval: to its neighbours
 * in turn, to a random one, to every one at once, to all other peers in turn, or to one fixed peer.
 * The answer may take a while to think. A ping without answer at its timeout is lost; one that is
 * under way at the end is neither. */
#include "models/host.h"
#include "scenarios/scenario_module.h"
#include "sim/error.h"
#include "sim/peer_set.h"

#include <string.h>

enum { TARGET_ROUND_ROBIN, TARGET_RANDOM, TARGET_EVERY, TARGET_ALL, TARGET_FIXED };
static const char *const TARGETS[] = {"round-robin", "random", "every", "all", "fixed", NULL};

enum { STREAM_LONG_LIVED, STREAM_PER_PING };
static const char *const STREAMS[] = {"long-lived", "per-ping", NULL};

enum { PACE_INTERVAL, PACE_ANSWER };
static const char *const PACES[] = {"interval", "answer", NULL};

typedef struct PingSettings {
    int target, stream, pace;
    int64_t to, count, size_bytes;
    Distribution *interval, *think, *start;
    SimDuration timeout;
    char *pingers;
} PingSettings;

typedef struct Pinger {
    uint32_t sent;    /* pings so far */
    uint32_t round;   /* the next one */
    uint32_t awaited; /* the ping whose end begins it, where answers set the pace */
    uint32_t interval_draws, think_draws, start_draws, target_draws;
} Pinger;

/* At the opener's half: the ping under way. At the other: the answer being thought about. */
typedef struct PingStream {
    Span span;
    SimTime sent;
    HostTimer timer; /* timeout of the ping, or end of the thinking */
    uint32_t number; /* of the ping, from 1; 0: none is under way */
} PingStream;

enum { RANDOM_INTERVAL, RANDOM_THINK, RANDOM_START, RANDOM_TARGET };
static const char *const RANDOMS[] = {"interval", "think", "start", "target", NULL};

enum { MESSAGE_PING, MESSAGE_PONG };
static const char *const MESSAGES[] = {"ping", "pong", NULL};

enum { PROTOCOL_PING };
enum { TIMER_TICK, TIMER_TIMEOUT, TIMER_ANSWER };
enum { METRIC_RTT, METRIC_LOSS };

static Stream *idle_stream(Host *host, EntityId target)
{
    const PingSettings *settings = host_settings(host);
    Stream *stream = NULL;
    while (settings->stream == STREAM_LONG_LIVED &&
           (stream = host_next_stream(host, target, PROTOCOL_PING, stream)) != NULL) {
        const PingStream *ping = stream_state(stream);
        if (ping->number == 0) {
            return stream;
        }
    }
    return NULL;
}

static void send_ping(Host *host, EntityId target)
{
    const PingSettings *settings = host_settings(host);
    Pinger *self = host_state(host);
    Span span = span_start(host, "ping", NULL);
    span_set_integer(&span, "to", target);
    Stream *stream = idle_stream(host, target);
    if (stream == NULL) {
        stream = host_open(host, target, PROTOCOL_PING, &span.context);
    }
    PingStream *ping = stream_state(stream);
    if (ping->timer == 0) {
        ping->timer = host_timer_new(host, TIMER_TIMEOUT, stream_handle(stream), false);
    }
    ping->span = span;
    ping->sent = host_now(host);
    ping->number = ++self->sent;
    host_log(host, LOG_INFO, "sends ping %u to peer %u", ping->number, target);
    host_timer_set(host, ping->timer, settings->timeout);
    stream_send(host, stream,
                &(Message){.kind = MESSAGE_PING,
                           .content = &ping->number,
                           .content_size_bytes = sizeof ping->number,
                           .size_bytes = (uint32_t)settings->size_bytes,
                           .span = ping->span.context});
}

/* One that no row of the timeline asked for. */
static void send_own_ping(Host *host, EntityId target)
{
    host_explain(host, "ping %u %u", host_id(host), target);
    send_ping(host, target);
}

/* One round: a ping, or one to every neighbour. */
static void send_round(Host *host, uint32_t round)
{
    const PingSettings *settings = host_settings(host);
    Pinger *self = host_state(host);
    const uint32_t neighbours = host_neighbour_count(host), others = host_peer_count(host) - 1;
    switch (settings->target) {
    case TARGET_FIXED:
        send_own_ping(host, (EntityId)settings->to);
        return;
    case TARGET_ALL:
        send_own_ping(host, (host_id(host) + 1 + round % others) % host_peer_count(host));
        return;
    case TARGET_RANDOM:
        send_own_ping(
            host, host_neighbour(host, (uint32_t)host_draw_below(host, RANDOM_TARGET,
                                                                 &self->target_draws, neighbours)));
        return;
    case TARGET_ROUND_ROBIN:
        send_own_ping(host, host_neighbour(host, round % neighbours));
        return;
    default:
        for (uint32_t k = 0; k < neighbours; k++) {
            send_own_ping(host, host_neighbour(host, k));
        }
        return;
    }
}

static bool has_more_rounds(Host *host)
{
    const PingSettings *settings = host_settings(host);
    const Pinger *self = host_state(host);
    return settings->count == 0 || self->round < (uint64_t)settings->count;
}

static void next_round(Host *host)
{
    const PingSettings *settings = host_settings(host);
    Pinger *self = host_state(host);
    if (has_more_rounds(host)) {
        self->awaited = settings->pace == PACE_ANSWER ? self->sent + 1 : 0;
        send_round(host, self->round++);
    }
}

static void await_round(Host *host)
{
    const PingSettings *settings = host_settings(host);
    Pinger *self = host_state(host);
    if (has_more_rounds(host)) {
        const SimDuration interval =
            host_draw_from(host, RANDOM_INTERVAL, &self->interval_draws, settings->interval);
        host_after(host, interval, TIMER_TICK, self->round);
    }
}

static void tick(Host *host, uint64_t round)
{
    (void)round;
    next_round(host);
    if (((const PingSettings *)host_settings(host))->pace == PACE_INTERVAL) {
        await_round(host);
    }
}

static bool is_awaited_ping(Host *host, const PingStream *ping)
{
    return ping->number == ((const Pinger *)host_state(host))->awaited;
}

/* The end of a ping, by answer or not. */
static void finish(Host *host, Stream *stream, bool is_answered)
{
    const PingSettings *settings = host_settings(host);
    PingStream *ping = stream_state(stream);
    const bool is_awaited = is_awaited_ping(host, ping);
    host_measure(host, METRIC_LOSS, is_answered ? 0 : 1);
    host_log(host, LOG_INFO, "ping %u to peer %u %s", ping->number, stream_peer(stream),
             is_answered ? "is answered" : "has no answer in time");
    if (is_answered) {
        host_measure(host, METRIC_RTT, host_now(host) - ping->sent);
        span_end(host, &ping->span);
    } else {
        span_end_error(host, &ping->span);
    }
    ping->number = 0;
    host_timer_stop(host, ping->timer);
    if (settings->stream == STREAM_PER_PING) {
        host_timer_free(host, ping->timer);
        stream_close(host, stream);
    }
    if (is_awaited) {
        next_round(host);
    }
}

static bool has_target(const Host *host)
{
    const PingSettings *settings = host_settings(host);
    switch (settings->target) {
    case TARGET_FIXED:
        return host_id(host) != (EntityId)settings->to;
    case TARGET_ALL:
        return host_peer_count(host) > 1;
    default:
        return host_neighbour_count(host) > 0;
    }
}

static bool is_pinger(const Host *host)
{
    const PingSettings *settings = host_settings(host);
    if (strcmp(settings->pingers, "all") == 0) {
        return true;
    }
    if (strcmp(settings->pingers, "none") == 0) {
        return false;
    }
    g_autoptr(PeerSet) set =
        peer_set_new(settings->pingers, host_peer_count(host), host_peer_names(host), NULL);
    return peer_set_has(set, host_id(host));
}

static void start(Host *host)
{
    const PingSettings *settings = host_settings(host);
    Pinger *self = host_state(host);
    if (has_target(host) && is_pinger(host)) {
        const SimDuration delay =
            host_draw_from(host, RANDOM_START, &self->start_draws, settings->start);
        host_after(host, MAX(delay, 1), TIMER_TICK, 0);
    }
}

static void run_ping(Host *host, const int64_t *arguments)
{
    if (arguments[0] != arguments[1]) {
        send_ping(host, (EntityId)arguments[1]);
    }
}

static void timed_out(Host *host, uint64_t handle)
{
    Stream *stream = host_stream(host, handle);
    if (stream != NULL && ((PingStream *)stream_state(stream))->number != 0) {
        finish(host, stream, false);
    }
}

/* The responder's side. */
static void answer(Host *host, uint64_t handle)
{
    Stream *stream = host_stream(host, handle);
    if (stream == NULL) {
        return;
    }
    PingStream *pong = stream_state(stream);
    const PingSettings *settings = host_settings(host);
    stream_send(host, stream,
                &(Message){.kind = MESSAGE_PONG,
                           .content = &pong->number,
                           .content_size_bytes = sizeof pong->number,
                           .size_bytes = (uint32_t)settings->size_bytes,
                           .span = pong->span.context});
    span_end(host, &pong->span);
    if (settings->stream == STREAM_PER_PING) {
        stream_close(host, stream);
    }
}

static void receive_ping(Host *host, Stream *stream, const Message *message)
{
    const PingSettings *settings = host_settings(host);
    Pinger *self = host_state(host);
    PingStream *pong = stream_state(stream);
    host_timer_free(host, pong->timer);
    span_end_error(host, &pong->span);
    pong->span = span_start(host, "pong", &message->span);
    memcpy(&pong->number, message->content, sizeof pong->number);
    const SimDuration think =
        host_draw_from(host, RANDOM_THINK, &self->think_draws, settings->think);
    if (think == 0) {
        pong->timer = 0;
        answer(host, stream_handle(stream));
    } else {
        pong->timer = host_after(host, think, TIMER_ANSWER, stream_handle(stream));
    }
}

static void receive(Host *host, Stream *stream, const Message *message)
{
    if (message->kind == MESSAGE_PING) {
        receive_ping(host, stream, message);
        return;
    }
    uint32_t number;
    memcpy(&number, message->content, sizeof number);
    if (number == ((PingStream *)stream_state(stream))->number) {
        finish(host, stream, true);
    }
}

static void ended(Host *host, Stream *stream, Outcome outcome)
{
    (void)outcome;
    PingStream *state = stream_state(stream);
    const bool is_under_way = stream_is_opener(host, stream) && state->number != 0;
    if (is_under_way) {
        host_measure(host, METRIC_LOSS, 1);
    }
    span_end_error(host, &state->span);
    host_timer_free(host, state->timer);
    if (is_under_way && is_awaited_ping(host, state)) {
        await_round(host);
    }
}

static const char *check(const void *data, const CheckContext *context, GError **error)
{
    const PingSettings *settings = data;
    if (settings->target == TARGET_FIXED && settings->to >= context->peer_count) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "found '%" G_GINT64_FORMAT "', expected a peer below %u", settings->to,
                    context->peer_count);
        return "ping.to";
    }
    if (settings->pace == PACE_ANSWER && settings->target == TARGET_EVERY) {
        g_set_error(
            error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
            "found 'answer' with target: every, whose rounds have several answers; expected "
            "interval");
        return "ping.pace";
    }
    if (settings->count == 0 && context->until_idle) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "found '0', to ping until the end, but the run never ends with scenario.stop: "
                    "idle; expected a count or a duration for scenario.stop");
        return "ping.count";
    }
    if (strcmp(settings->pingers, "none") == 0) {
        return NULL;
    }
    g_autoptr(PeerSet) set =
        peer_set_new(settings->pingers, context->peer_count, context->peer_names, error);
    return set == NULL ? "ping.pingers" : NULL;
}

static void print_state(const void *state, GString *text)
{
    const Pinger *self = state;
    g_string_append_printf(text, "{\"sent\":%u}", self->sent);
}

#define FIELD(field) .offset = offsetof(PingSettings, field)

static const Setting SETTINGS[] = {
    {.key = "target",
     .type = SETTING_CHOICE,
     FIELD(target),
     .default_text = "round-robin",
     .choices = TARGETS,
     .help = "Whom to ping: neighbours in turn, a random one, every one at once; all peers in "
             "turn; ping.to."},
    {.key = "to",
     .type = SETTING_COUNT,
     FIELD(to),
     .default_text = "0",
     .minimum = "0",
     .help = "The peer that target: fixed pings."},
    {.key = "count",
     .type = SETTING_COUNT,
     FIELD(count),
     .default_text = "10",
     .minimum = "0",
     .maximum = "1000000000",
     .help = "How many rounds each peer pings; 0: until the end."},
    {.key = "pace",
     .type = SETTING_CHOICE,
     FIELD(pace),
     .default_text = "interval",
     .choices = PACES,
     .help =
         "When the next round begins: on ping.interval, or with the answer to the last ping, or "
         "its loss."},
    {.key = "interval",
     .type = SETTING_DURATION_DISTRIBUTION,
     FIELD(interval),
     .default_text = "1s",
     .minimum = "1ns",
     .help = "From one round to the next."},
    {.key = "start",
     .type = SETTING_DURATION_DISTRIBUTION,
     FIELD(start),
     .default_text = "uniform(0s, 1s)",
     .minimum = "0",
     .help = "When a peer sends its first ping."},
    {.key = "think",
     .type = SETTING_DURATION_DISTRIBUTION,
     FIELD(think),
     .default_text = "0",
     .minimum = "0",
     .help = "How long a peer thinks before it answers."},
    {.key = "size",
     .type = SETTING_SIZE,
     FIELD(size_bytes),
     .default_text = "32B",
     .minimum = "4B",
     .maximum = "1GiB",
     .help = "Size of a ping and of its answer."},
    {.key = "stream",
     .type = SETTING_CHOICE,
     FIELD(stream),
     .default_text = "long-lived",
     .choices = STREAMS,
     .help = "One stream to each target, or one for each ping."},
    {.key = "timeout",
     .type = SETTING_DURATION,
     FIELD(timeout),
     .default_text = "10s",
     .minimum = "1ns",
     .help = "After which a ping without answer is lost."},
    {.key = "pingers",
     .type = SETTING_PEERS,
     FIELD(pingers),
     .default_text = "all",
     .help = "The peers that ping, or none; the others only answer."},
    {0},
};
static const SettingsTable TABLE = {"ping", SETTINGS, sizeof(PingSettings)};

static const Protocol PROTOCOLS[] = {
    [PROTOCOL_PING] = {.name = "/ipfs/ping/1.0.0",
                       .messages = MESSAGES,
                       .stream_state_size_bytes = sizeof(PingStream),
                       .received = receive,
                       .ended = ended},
    {0},
};
static const TimerAction TIMERS[] = {[TIMER_TICK] = {"ping.tick", tick},
                                     [TIMER_TIMEOUT] = {"ping.timeout", timed_out},
                                     [TIMER_ANSWER] = {"ping.answer", answer},
                                     {0}};
static const Action ACTIONS[] = {{"ping", "ping PEER PEER", "the first pings the second", run_ping},
                                 {0}};
static const MetricName METRICS[] = {
    [METRIC_RTT] = {"rtt", "ns", "from a ping to its answer"},
    [METRIC_LOSS] = {"loss", "1", "1 for a ping without answer, 0 for one with"},
    {0}};
static const ScenarioProperty PROPERTIES[] = {{"every ping is answered", "ping.loss == 0"}, {0}};
static const char *const EXPLICIT[] = {"ping.pingers=none", NULL};
static const char *const PLOTS[] = {"latency-cdf", "latency-histogram", "latency-timeline",
                                    "topology", NULL};

static const Application APPLICATION = {
    .name = "ping",
    .state_size_bytes = sizeof(Pinger),
    .check = check,
    .start = start,
    .protocols = PROTOCOLS,
    .timers = TIMERS,
    .actions = ACTIONS,
    .randoms = RANDOMS,
    .metrics = METRICS,
    .print_state = print_state,
};

const ScenarioModule SCENARIO_ping = {
    .name = "ping",
    .title = "PING/PONG between the peers of any topology",
    .settings = &TABLE,
    .application = &APPLICATION,
    .properties = PROPERTIES,
    .explicit_settings = EXPLICIT,
    .plots = PLOTS,
};
