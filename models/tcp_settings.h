/* SPDX-License-Identifier: MIT */
/* The section `tcp` of a scenario: what can be chosen about TCP. The defaults are Linux's (6.7);
 * docs/tcp.md says what each is and where it comes from. */
#ifndef MODELS_TCP_SETTINGS_H
#define MODELS_TCP_SETTINGS_H

#include "sim/settings.h"
#include "sim/sim_time.h"

#include <stdint.h>

typedef enum TcpGrowth { TCP_GROWTH_ACKNOWLEDGED, TCP_GROWTH_PER_ACK } TcpGrowth;
typedef enum TcpCrash { TCP_CRASH_PROCESS, TCP_CRASH_HOST } TcpCrash;

typedef struct TcpSettings {
    int congestion; /* index into TCP_CONGESTIONS */
    int growth;     /* TcpGrowth */
    int crash;      /* TcpCrash */
    bool hystart, sack, timestamps, tail_loss_probe, delayed_ack, nagle, idle_restart;
    int64_t initial_window, quick_acks;
    int64_t syn_retries, syn_linear, synack_retries, retries;
    SimDuration rto_min, rto_max, rto_initial, time_wait;
    int64_t receive_window_bytes, receive_window_max_bytes;
    int64_t send_buffer_bytes, send_buffer_max_bytes;
} TcpSettings;

extern const SettingsTable TCP_SETTINGS;

/* What the table cannot say: settings that contradict each other. Returns the full key at fault and
 * sets the error, or NULL. */
const char *tcp_settings_check(const TcpSettings *settings, int64_t mtu_bytes, GError **error);

/* The defaults with `key=value` changes, for tests; NULL-terminated. Aborts on a wrong one. */
TcpSettings tcp_settings_of(const char *const *changes);

#endif
