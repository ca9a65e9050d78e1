/* SPDX-License-Identifier: MIT */
/* The settings of the muxers and of those who read from them. */
#include "models/muxer_settings.h"

#include "sim/error.h"

static const char *const SLOW_READERS[] = {"block", "reset", NULL};

#define RANGE(struct_, name, kind, field, text, low, high, sentence)                               \
    {                                                                                              \
        .key = name, .type = kind, .offset = offsetof(struct_, field), .default_text = text,       \
        .minimum = low, .maximum = high, .help = sentence                                          \
    }
#define YAMUX_RANGE(...) RANGE(YamuxSettings, __VA_ARGS__)
#define MPLEX_RANGE(...) RANGE(MplexSettings, __VA_ARGS__)

static const Setting YAMUX[] = {
    YAMUX_RANGE("window", SETTING_SIZE, window_bytes, "256KiB", "1KiB", "1GiB",
                "What either side may send on a new stream."),
    YAMUX_RANGE("window-max", SETTING_SIZE, window_max_bytes, "16MiB", "1KiB", "1GiB",
                "How far a stream's window is tuned up."),
    {.key = "auto-tune",
     .type = SETTING_YES_NO,
     .offset = offsetof(YamuxSettings, auto_tune),
     .default_text = "yes",
     .help = "Whether a window doubles when it is used up within four round trips."},
    YAMUX_RANGE("frame", SETTING_SIZE, frame_bytes, "64KiB", "64B", "16MiB",
                "The largest frame of data, with its header of 12 B."),
    YAMUX_RANGE("measure", SETTING_DURATION, measure, "30s", "0", "24h",
                "How often a session's round trip is measured, first at its beginning; 0: never."),
    YAMUX_RANGE("keep-alive", SETTING_DURATION, keep_alive, "30s", "0", "24h",
                "After how long without a frame the other side is pinged; 0: never."),
    YAMUX_RANGE("write-timeout", SETTING_DURATION, write_timeout, "10s", "1ms", "24h",
                "How long a frame waits for the transport, or a keep-alive for its answer, before "
                "the session ends."),
    YAMUX_RANGE("backlog", SETTING_COUNT, backlog, "256", "1", "1000000",
                "Streams that this side may have opened without an answer; others wait."),
    YAMUX_RANGE("incoming", SETTING_COUNT, incoming, "0", "0", "1000000000",
                "Streams of the other side beyond which new ones are refused; 0: no limit."),
    YAMUX_RANGE("queue", SETTING_COUNT, queue, "64", "1", "1000000",
                "Frames that wait for the transport before writers wait for their turn."),
    {0},
};

static const Setting MPLEX[] = {
    MPLEX_RANGE("frame", SETTING_SIZE, frame_bytes, "1MiB", "64B", "1MiB",
                "The largest data of a frame."),
    MPLEX_RANGE("queue", SETTING_COUNT, queue, "16", "1", "1000000",
                "Frames that wait for the transport before writers wait for their turn."),
    MPLEX_RANGE("buffer", SETTING_SIZE, buffer_bytes, "64KiB", "1B", "1GiB",
                "What may wait to be read on a stream before the connection is held up."),
    {.key = "slow-reader",
     .type = SETTING_CHOICE,
     .offset = offsetof(MplexSettings, slow_reader),
     .default_text = "reset",
     .choices = SLOW_READERS,
     .help = "What becomes of a stream that is read too slowly: it holds up the connection, or "
             "does so for mplex.patience and is reset then."},
    MPLEX_RANGE("patience", SETTING_DURATION, patience, "5s", "1ms", "24h",
                "How long a slow reader may hold up the connection."),
    {0},
};

static const Setting READER[] = {
    RANGE(ReaderSettings, "rate", SETTING_RATE, rate_bits_per_second, "0", "0", "1000Gbit/s",
          "How fast an application reads each of its streams; 0: at once."),
    {0},
};

const SettingsTable YAMUX_SETTINGS = {"yamux", YAMUX, sizeof(YamuxSettings)};
const SettingsTable MPLEX_SETTINGS = {"mplex", MPLEX, sizeof(MplexSettings)};
const SettingsTable READER_SETTINGS = {"reader", READER, sizeof(ReaderSettings)};

const char *muxer_settings_check(const MuxerSettings *settings, GError **error)
{
    if (settings->yamux.window_max_bytes < settings->yamux.window_bytes) {
        skein_refuse(error, "found less than yamux.window, expected at least that");
        return "yamux.window-max";
    }
    return NULL;
}

static void read_section(const SettingsTable *table, GPtrArray *values, void *section)
{
    g_autoptr(GError) error = NULL;
    if (!settings_read(table, values, ".", section, &error)) {
        g_error("%s", error->message);
    }
}

MuxerSettings muxer_settings_of(const char *const *changes)
{
    g_autoptr(GPtrArray) values =
        g_ptr_array_new_with_free_func((GDestroyNotify)setting_value_free);
    for (; changes != NULL && *changes != NULL; changes++) {
        g_auto(GStrv) parts = g_strsplit(*changes, "=", 2);
        g_ptr_array_add(values, setting_value_new(parts[0], parts[1], SETTING_SET, "test", 0, 0));
    }
    MuxerSettings settings;
    read_section(&YAMUX_SETTINGS, values, &settings.yamux);
    read_section(&MPLEX_SETTINGS, values, &settings.mplex);
    read_section(&READER_SETTINGS, values, &settings.reader);
    return settings;
}
