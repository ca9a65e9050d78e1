/* SPDX-License-Identifier: MIT */
/* What can be set of the module traffic (scenarios/traffic.c says what it does). */
#ifndef SCENARIOS_TRAFFIC_SETTINGS_H
#define SCENARIOS_TRAFFIC_SETTINGS_H

#include "models/application.h"
#include "sim/settings.h"

enum { TRAFFIC_BULK, TRAFFIC_EXCHANGE, TRAFFIC_ON_OFF };
enum { TRAFFIC_PAIRS_ALL, TRAFFIC_PAIRS_NEIGHBOURS, TRAFFIC_PAIRS_MATCHED, TRAFFIC_PAIRS_RANDOM };
enum { TRAFFIC_LONG_LIVED, TRAFFIC_PER_TRANSFER };
enum { TRAFFIC_PACE_OPEN, TRAFFIC_PACE_CLOSED };

typedef struct TrafficSettings {
    int pattern, pairs, stream, pace;
    int64_t streams, count, chunk_bytes, rate_bits_per_second;
    SimDuration probe_interval;
    int64_t probe_size_bytes;
    bool probe_apart;
    char *senders, *receivers;
    Distribution *size, *reply, *interval, *start, *think, *on, *off;
} TrafficSettings;

extern const SettingsTable TRAFFIC_SETTINGS;

/* Application.check: the settings against each other. */
const char *traffic_settings_check(const void *settings, const CheckContext *context,
                                   GError **error);

#endif
