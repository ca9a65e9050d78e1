/* SPDX-License-Identifier: MIT */
#include "scenarios/traffic_settings.h"

#include "sim/error.h"
#include "sim/peer_set.h"

static const char *const PATTERNS[] = {"bulk", "exchange", "on-off", NULL};
static const char *const PAIRS[] = {"all", "neighbours", "matched", "random", NULL};
static const char *const STREAMS[] = {"long-lived", "per-transfer", NULL};
static const char *const PACES[] = {"open", "closed", NULL};

static const char *check_sets(const TrafficSettings *settings, const CheckContext *context,
                              GError **error)
{
    g_autoptr(PeerSet) senders =
        peer_set_new(settings->senders, context->peer_count, context->peer_names, error);
    if (senders == NULL) {
        return "traffic.senders";
    }
    g_autoptr(PeerSet) receivers =
        peer_set_new(settings->receivers, context->peer_count, context->peer_names, error);
    if (receivers == NULL) {
        return "traffic.receivers";
    }
    const uint32_t from = peer_set_count(senders), to = peer_set_count(receivers);
    if (settings->pairs == TRAFFIC_PAIRS_MATCHED && from != to) {
        skein_refuse(error, "found %u receivers for %u senders, expected one for each", to, from);
        return "traffic.receivers";
    }
    if (settings->pairs == TRAFFIC_PAIRS_RANDOM &&
        (to == 0 || (to == 1 && peer_set_has(senders, peer_set_member(receivers, 0))))) {
        skein_refuse(error, "found '%s', expected receivers other than the sender to draw from",
                     settings->receivers);
        return "traffic.receivers";
    }
    return NULL;
}

const char *traffic_settings_check(const void *data, const CheckContext *context, GError **error)
{
    const TrafficSettings *settings = data;
    if (settings->pattern == TRAFFIC_ON_OFF &&
        (settings->pairs == TRAFFIC_PAIRS_RANDOM || context->until_idle)) {
        skein_refuse(error, settings->pairs == TRAFFIC_PAIRS_RANDOM
                                ? "found 'on-off' with traffic.pairs: random, expected fixed pairs"
                                : "found 'on-off', which never ends, with scenario.stop: idle; "
                                  "expected a duration for scenario.stop");
        return "traffic.pattern";
    }
    if (settings->pace == TRAFFIC_PACE_CLOSED && settings->pattern != TRAFFIC_EXCHANGE) {
        skein_refuse(error,
                     "found 'closed', expected traffic.pattern: exchange with it, since only "
                     "its sender learns of the end");
        return "traffic.pace";
    }
    if (settings->count == 0 && context->until_idle) {
        skein_refuse(error,
                     "found '0', transfers until the end, but the run never ends with "
                     "scenario.stop: idle; expected a count or a duration for scenario.stop");
        return "traffic.count";
    }
    return check_sets(settings, context, error);
}

#define FIELD(field) .offset = offsetof(TrafficSettings, field)

static const Setting SETTINGS[] = {
    {.key = "pattern",
     .type = SETTING_CHOICE,
     FIELD(pattern),
     .default_text = "bulk",
     .choices = PATTERNS,
     .help =
         "What a flow does: transfers, requests with answers, or chunks at a rate with pauses."},
    {.key = "senders",
     .type = SETTING_PEERS,
     FIELD(senders),
     .default_text = "all",
     .help = "Whose flows there are."},
    {.key = "receivers",
     .type = SETTING_PEERS,
     FIELD(receivers),
     .default_text = "all",
     .help = "To whom."},
    {.key = "pairs",
     .type = SETTING_CHOICE,
     FIELD(pairs),
     .default_text = "neighbours",
     .choices = PAIRS,
     .help = "A flow from each sender to each receiver, to those among its neighbours, to the one "
             "in its place, or to one drawn for each transfer."},
    {.key = "streams",
     .type = SETTING_COUNT,
     FIELD(streams),
     .default_text = "1",
     .minimum = "1",
     .maximum = "10000",
     .help = "Flows side by side for each pair."},
    {.key = "count",
     .type = SETTING_COUNT,
     FIELD(count),
     .default_text = "1",
     .minimum = "0",
     .maximum = "4000000000",
     .help = "Transfers of each flow; 0: until the end."},
    {.key = "start",
     .type = SETTING_DURATION_DISTRIBUTION,
     FIELD(start),
     .default_text = "0",
     .minimum = "0",
     .help = "When the first transfer of a flow begins."},
    {.key = "interval",
     .type = SETTING_DURATION_DISTRIBUTION,
     FIELD(interval),
     .default_text = "exponential(1s, min=1ns)",
     .minimum = "0",
     .help = "From the beginning of a transfer to the next; with pace: closed from its end."},
    {.key = "pace",
     .type = SETTING_CHOICE,
     FIELD(pace),
     .default_text = "open",
     .choices = PACES,
     .help =
         "Whether the next transfer waits for the end of the one before (closed; exchange only)."},
    {.key = "size",
     .type = SETTING_SIZE_DISTRIBUTION,
     FIELD(size),
     .default_text = "1MB",
     .minimum = "0",
     .help = "Of a transfer, or of a request."},
    {.key = "reply",
     .type = SETTING_SIZE_DISTRIBUTION,
     FIELD(reply),
     .default_text = "1kB",
     .minimum = "0",
     .help = "Of the answer to a request."},
    {.key = "think",
     .type = SETTING_DURATION_DISTRIBUTION,
     FIELD(think),
     .default_text = "0",
     .minimum = "0",
     .help = "Before the answer."},
    {.key = "chunk",
     .type = SETTING_SIZE,
     FIELD(chunk_bytes),
     .default_text = "64KiB",
     .minimum = "1B",
     .maximum = "1GiB",
     .help = "What is written as one message; larger transfers are several."},
    {.key = "stream",
     .type = SETTING_CHOICE,
     FIELD(stream),
     .default_text = "long-lived",
     .choices = STREAMS,
     .help = "A stream for each transfer, or one that is used again."},
    {.key = "rate",
     .type = SETTING_RATE,
     FIELD(rate_bits_per_second),
     .default_text = "1Mbit/s",
     .minimum = "1bit/s",
     .help = "Of an on-off flow while it is on."},
    {.key = "on",
     .type = SETTING_DURATION_DISTRIBUTION,
     FIELD(on),
     .default_text = "exponential(1s, min=1ms)",
     .minimum = "0",
     .help = "How long an on-off flow is on."},
    {.key = "off",
     .type = SETTING_DURATION_DISTRIBUTION,
     FIELD(off),
     .default_text = "exponential(1s, min=1ms)",
     .minimum = "0",
     .help = "And off."},
    {.key = "probe",
     .type = SETTING_DURATION,
     FIELD(probe_interval),
     .default_text = "0",
     .minimum = "0",
     .help = "Between two small messages that the other side of a flow echoes; 0: none."},
    {.key = "probe-size",
     .type = SETTING_SIZE,
     FIELD(probe_size_bytes),
     .default_text = "32B",
     .minimum = "8B",
     .maximum = "1MiB",
     .help = "Of these, each way."},
    {.key = "probe-apart",
     .type = SETTING_YES_NO,
     FIELD(probe_apart),
     .default_text = "no",
     .help = "Whether they have a connection of their own, or share the one of the flows."},
    {0},
};
const SettingsTable TRAFFIC_SETTINGS = {"traffic", SETTINGS, sizeof(TrafficSettings)};
