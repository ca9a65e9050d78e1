/* SPDX-License-Identifier: MIT */
/* The settings of TCP. */
#include "models/tcp_settings.h"

#include "models/tcp_congestion.h"
#include "sim/error.h"

static const char *const GROWTHS[] = {"acknowledged", "per-ack", NULL};
static const char *const CRASHES[] = {"process", "host", NULL};
static const char *const CONGESTIONS[] = {
#define X(name) #name,
#include "models/tcp_congestion_list.h"
#undef X
    NULL,
};

#define CHOICE(name, field, text, names, sentence)                                                 \
    {                                                                                              \
        .key = name, .type = SETTING_CHOICE, .offset = offsetof(TcpSettings, field),               \
        .default_text = text, .choices = names, .help = sentence                                   \
    }
#define YES_NO(name, field, text, sentence)                                                        \
    {                                                                                              \
        .key = name, .type = SETTING_YES_NO, .offset = offsetof(TcpSettings, field),               \
        .default_text = text, .help = sentence                                                     \
    }
#define RANGE(name, kind, field, text, low, high, sentence)                                        \
    {                                                                                              \
        .key = name, .type = kind, .offset = offsetof(TcpSettings, field), .default_text = text,   \
        .minimum = low, .maximum = high, .help = sentence                                          \
    }

static const Setting TCP[] = {
    CHOICE("congestion", congestion, "cubic", CONGESTIONS, "How the congestion window moves."),
    CHOICE("growth", growth, "acknowledged", GROWTHS,
           "What the window grows by: the segments that were acknowledged, or one for each ACK."),
    YES_NO("hystart", hystart, "no", "Whether CUBIC leaves slow start when delays grow."),
    RANGE("initial-window", SETTING_COUNT, initial_window, "10", "1", "1000",
          "Segments that a new connection may send before the first ACK."),
    YES_NO("idle-restart", idle_restart, "yes",
           "Whether a connection that was idle starts again with the initial window."),
    YES_NO(
        "sack", sack, "yes",
        "Selective acknowledgements and RACK; without them losses are repaired as NewReno does."),
    YES_NO("timestamps", timestamps, "yes", "Whether each segment carries timestamps (12 B)."),
    YES_NO("tail-loss-probe", tail_loss_probe, "yes",
           "Whether the end of a flight is sent again before the timeout."),
    YES_NO("delayed-ack", delayed_ack, "yes",
           "Whether an ACK may wait for a second segment or for data to go with."),
    RANGE("quick-acks", SETTING_COUNT, quick_acks, "16", "0", "1000",
          "How many ACKs at the start of a connection are not delayed."),
    YES_NO("nagle", nagle, "no", "Whether less than a full segment waits for an ACK."),
    RANGE("rto-initial", SETTING_DURATION, rto_initial, "1s", "1ms", "1h",
          "The retransmission timeout before a round trip was measured."),
    RANGE("rto-min", SETTING_DURATION, rto_min, "200ms", "1ms", "1h",
          "The least that the retransmission timeout adds to the round trip."),
    RANGE("rto-max", SETTING_DURATION, rto_max, "120s", "1ms", "24h",
          "The largest retransmission timeout."),
    RANGE("retries", SETTING_COUNT, retries, "15", "1", "100",
          "Timeouts in a row after which a connection is given up."),
    RANGE("syn-retries", SETTING_COUNT, syn_retries, "6", "0", "100",
          "How often a SYN is sent again, beyond those of syn-linear."),
    RANGE("syn-linear", SETTING_COUNT, syn_linear, "4", "0", "100",
          "How many timeouts of a SYN pass before they double; 0 is the schedule of RFC 6298."),
    RANGE("synack-retries", SETTING_COUNT, synack_retries, "5", "0", "100",
          "How often the answer to a SYN is sent again."),
    RANGE("time-wait", SETTING_DURATION, time_wait, "60s", "1ms", "1h",
          "How long the side that closed first remembers the connection."),
    RANGE("receive-window", SETTING_SIZE, receive_window_bytes, "64KiB", "1KiB", "1GiB",
          "The receive window at first."),
    RANGE("receive-window-max", SETTING_SIZE, receive_window_max_bytes, "3MiB", "1KiB", "1GiB",
          "How far the receive window is tuned up by what arrives in a round trip."),
    RANGE("send-buffer", SETTING_SIZE, send_buffer_bytes, "16KiB", "1KiB", "1GiB",
          "The send buffer at first: data not acknowledged yet."),
    RANGE("send-buffer-max", SETTING_SIZE, send_buffer_max_bytes, "4MiB", "1KiB", "1GiB",
          "How far the send buffer is tuned up with the congestion window."),
    CHOICE("crash", crash, "process", CRASHES,
           "What peers see of a crash: resets from a kernel that lives on, or silence."),
    {0},
};

const SettingsTable TCP_SETTINGS = {"tcp", TCP, sizeof(TcpSettings)};

const char *tcp_settings_check(const TcpSettings *settings, int64_t mtu_bytes, GError **error)
{
    const char *key = settings->receive_window_max_bytes < settings->receive_window_bytes
                          ? "tcp.receive-window-max"
                      : settings->send_buffer_max_bytes < settings->send_buffer_bytes
                          ? "tcp.send-buffer-max"
                          : NULL;
    if (key != NULL) {
        skein_refuse(error, "found less than the size at first, expected at least that");
        return key;
    }
    if (settings->rto_max < settings->rto_min || settings->rto_max < settings->rto_initial) {
        skein_refuse(error, "found less than tcp.rto-min or tcp.rto-initial, expected the largest");
        return "tcp.rto-max";
    }
    key = settings->receive_window_bytes < 2 * mtu_bytes ? "tcp.receive-window"
          : settings->send_buffer_bytes < 2 * mtu_bytes  ? "tcp.send-buffer"
                                                         : NULL;
    if (key != NULL) {
        skein_refuse(error, "found less than two packets of link.mtu, %" G_GINT64_FORMAT " B",
                     2 * mtu_bytes);
    }
    return key;
}

TcpSettings tcp_settings_of(const char *const *changes)
{
    g_autoptr(GPtrArray) values =
        g_ptr_array_new_with_free_func((GDestroyNotify)setting_value_free);
    for (; changes != NULL && *changes != NULL; changes++) {
        g_auto(GStrv) parts = g_strsplit(*changes, "=", 2);
        g_ptr_array_add(values, setting_value_new(parts[0], parts[1], SETTING_SET, "tcp", 0, 0));
    }
    TcpSettings settings;
    g_autoptr(GError) error = NULL;
    if (!settings_read(&TCP_SETTINGS, values, ".", &settings, &error)) {
        g_error("%s", error->message);
    }
    return settings;
}
