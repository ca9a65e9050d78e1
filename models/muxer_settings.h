/* SPDX-License-Identifier: MIT */
/* The sections `yamux`, `mplex` and `reader` of a scenario. Defaults are go-yamux v5's and
 * go-mplex's; docs/muxers.md says what each is. */
#ifndef MODELS_MUXER_SETTINGS_H
#define MODELS_MUXER_SETTINGS_H

#include "sim/settings.h"
#include "sim/sim_time.h"

#include <stdint.h>

typedef struct YamuxSettings {
    int64_t window_bytes, window_max_bytes, frame_bytes;
    bool auto_tune;
    SimDuration measure, keep_alive; /* intervals; 0: never */
    SimDuration write_timeout;
    int64_t backlog, incoming; /* streams; incoming 0: no limit */
    int64_t queue;             /* frames */
} YamuxSettings;

typedef enum MplexSlowReader { MPLEX_BLOCKS, MPLEX_RESETS } MplexSlowReader;

typedef struct MplexSettings {
    int64_t frame_bytes, buffer_bytes;
    int slow_reader; /* MplexSlowReader */
    SimDuration patience;
    int64_t queue; /* frames */
} MplexSettings;

/* How fast an application takes what has arrived on each of its streams. */
typedef struct ReaderSettings {
    int64_t rate_bits_per_second; /* 0: at once */
} ReaderSettings;

typedef struct MuxerSettings {
    YamuxSettings yamux;
    MplexSettings mplex;
    ReaderSettings reader;
} MuxerSettings;

extern const SettingsTable YAMUX_SETTINGS, MPLEX_SETTINGS, READER_SETTINGS;

/* What the tables cannot say. Returns the full key at fault and sets the error, or NULL. */
const char *muxer_settings_check(const MuxerSettings *settings, GError **error);

/* The defaults with `section.key=value` changes, for tests; NULL-terminated. Aborts on a wrong one.
 */
MuxerSettings muxer_settings_of(const char *const *changes);

#endif
