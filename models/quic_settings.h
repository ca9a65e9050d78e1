/* SPDX-License-Identifier: MIT */
/* The section `quic` of a scenario: what can be chosen about QUIC. The defaults are quic-go's as
 * go-libp2p sets it up; docs/quic.md says what each is and what the RFCs have instead. */
#ifndef MODELS_QUIC_SETTINGS_H
#define MODELS_QUIC_SETTINGS_H

#include "sim/settings.h"
#include "sim/sim_time.h"

#include <stdint.h>

typedef enum QuicControl { QUIC_RENO, QUIC_CUBIC } QuicControl;

typedef struct QuicSettings {
    int congestion; /* QuicControl */
    bool pacing, hystart, auto_tuning, early_data, retry, version_negotiation, path_mtu_discovery;
    int64_t datagram_bytes; /* after the UDP header */
    int64_t datagram_max_bytes, token_bytes;
    int64_t initial_window; /* packets */
    int64_t window_max;     /* packets */
    double loss_window;     /* what a loss leaves of the window */
    double update_share;
    SimDuration initial_round_trip, first_timeout, ack_delay;
    SimDuration handshake_timeout, idle_timeout, keep_alive;
    int64_t stream_window_bytes, stream_window_max_bytes;
    int64_t connection_window_bytes, connection_window_max_bytes;
    int64_t streams;
    char *blocked;
    int64_t client_hello_bytes, server_hello_bytes, server_flight_bytes, client_flight_bytes;
} QuicSettings;

extern const SettingsTable QUIC_SETTINGS;

/* What the table cannot say. Returns the full key at fault and sets the error, or NULL. */
const char *quic_settings_check(const QuicSettings *settings, int64_t mtu_bytes, GError **error);

/* The defaults with `key=value` changes (keys without `quic.`), for tests; NULL-terminated. Aborts
 * on a wrong one. To be cleared with settings_clear(). */
QuicSettings quic_settings_of(const char *const *changes);

#endif
