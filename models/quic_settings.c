/* SPDX-License-Identifier: MIT */
/* The settings of QUIC. */
#include "models/quic_settings.h"

#include "sim/error.h"

static const char *const CONTROLS[] = {"reno", "cubic", NULL};

#define RANGE(name, kind, field, text, low, high, sentence)                                        \
    {                                                                                              \
        .key = name, .type = kind, .offset = offsetof(QuicSettings, field), .default_text = text,  \
        .minimum = low, .maximum = high, .help = sentence                                          \
    }
#define YES_NO(name, field, text, sentence)                                                        \
    {                                                                                              \
        .key = name, .type = SETTING_YES_NO, .offset = offsetof(QuicSettings, field),              \
        .default_text = text, .help = sentence                                                     \
    }

static const Setting QUIC[] = {
    {.key = "congestion",
     .type = SETTING_CHOICE,
     .offset = offsetof(QuicSettings, congestion),
     .default_text = "reno",
     .choices = CONTROLS,
     .help = "How the congestion window moves."},
    RANGE("loss-window", SETTING_PROBABILITY, loss_window, "0.7", "0.1", "0.9",
          "What a loss leaves of the congestion window; RFC 9002 has 0.5."),
    RANGE("initial-window", SETTING_COUNT, initial_window, "32", "1", "1000",
          "Packets that a new connection may send before the first ACK; RFC 9002 has 10."),
    RANGE("window-max", SETTING_COUNT, window_max, "10000", "2", "1000000",
          "The largest congestion window in packets."),
    YES_NO("pacing", pacing, "yes", "Whether packets are spread over the round trip."),
    YES_NO("hystart", hystart, "yes",
           "Whether slow start ends when the round trip grows by an eighth."),
    RANGE("initial-rtt", SETTING_DURATION, initial_round_trip, "100ms", "1ms", "1h",
          "The round trip taken for granted before one was measured; RFC 9002 has 333ms."),
    RANGE("first-timeout", SETTING_DURATION, first_timeout, "200ms", "1ms", "1h",
          "How long the first packets wait for an answer; RFC 9002 comes to 1s."),
    RANGE("ack-delay", SETTING_DURATION, ack_delay, "25ms", "0", "16s",
          "How long an ACK may wait for a second packet or for data to go with."),
    RANGE("datagram", SETTING_SIZE, datagram_bytes, "1280B", "1200B", "65507B",
          "The largest datagram at first, without IP and UDP; Initial ones are padded to it."),
    YES_NO("path-mtu-discovery", path_mtu_discovery, "yes",
           "Whether larger datagrams are tried and used when they pass."),
    RANGE("datagram-max", SETTING_SIZE, datagram_max_bytes, "1452B", "1200B", "65507B",
          "The largest datagram that is tried."),
    YES_NO("retry", retry, "no",
           "Whether a listener has a dialer show with a Retry that it is where it says."),
    RANGE("token", SETTING_SIZE, token_bytes, "90B", "1B", "1000B",
          "The token of a Retry, which comes back in each Initial packet."),
    YES_NO("version-negotiation", version_negotiation, "no",
           "Whether a dialer first asks for a version that listeners do not have."),
    RANGE("handshake-timeout", SETTING_DURATION, handshake_timeout, "5s", "1ms", "1h",
          "How long a handshake hears nothing before it is given up."),
    RANGE("idle-timeout", SETTING_DURATION, idle_timeout, "30s", "1ms", "24h",
          "How long a connection hears nothing before it is given up."),
    RANGE("keep-alive", SETTING_DURATION, keep_alive, "15s", "0", "24h",
          "After how long a quiet connection is pinged; 0: never."),
    RANGE("stream-window", SETTING_SIZE, stream_window_bytes, "512KiB", "1KiB", "1GiB",
          "The receive window of a stream at first."),
    RANGE("stream-window-max", SETTING_SIZE, stream_window_max_bytes, "10MiB", "1KiB", "1GiB",
          "How far the window of a stream is tuned up."),
    RANGE("connection-window", SETTING_SIZE, connection_window_bytes, "768KiB", "1KiB", "1GiB",
          "The receive window of all streams together at first."),
    RANGE("connection-window-max", SETTING_SIZE, connection_window_max_bytes, "15MiB", "1KiB",
          "1GiB", "How far the window of all streams together is tuned up."),
    YES_NO("auto-tuning", auto_tuning, "yes",
           "Whether a window that is used up within four round trips is doubled."),
    RANGE("update-share", SETTING_PROBABILITY, update_share, "0.25", "0.001", "0.9",
          "Which share of a receive window is used before more is granted."),
    RANGE("streams", SETTING_COUNT, streams, "256", "1", "1000000000",
          "How many streams the other side may have open at a time."),
    YES_NO("early-data", early_data, "no",
           "0-RTT: whether streams begin with the first packet, as to a peer that is remembered."),
    {.key = "blocked",
     .type = SETTING_TEXT,
     .offset = offsetof(QuicSettings, blocked),
     .default_text = "none",
     .help = "Peers whose networks drop UDP: no packet of QUIC comes from or to them. A set of "
             "peers, or none."},
    RANGE("client-hello", SETTING_SIZE, client_hello_bytes, "300B", "1B", "16KiB",
          "What TLS says in the client's Initial."),
    RANGE("server-hello", SETTING_SIZE, server_hello_bytes, "90B", "1B", "16KiB",
          "What TLS says in the server's Initial."),
    RANGE("server-flight", SETTING_SIZE, server_flight_bytes, "800B", "1B", "64KiB",
          "What TLS says in the server's Handshake packets: its certificate above all."),
    RANGE("client-flight", SETTING_SIZE, client_flight_bytes, "620B", "1B", "64KiB",
          "What TLS says in the client's Handshake packets."),
    {0},
};

const SettingsTable QUIC_SETTINGS = {"quic", QUIC, sizeof(QuicSettings)};

const char *quic_settings_check(const QuicSettings *settings, int64_t mtu_bytes, GError **error)
{
    const char *key = settings->stream_window_max_bytes < settings->stream_window_bytes
                          ? "quic.stream-window-max"
                      : settings->connection_window_max_bytes < settings->connection_window_bytes
                          ? "quic.connection-window-max"
                          : NULL;
    if (key != NULL) {
        skein_refuse(error, "found less than the size at first, expected at least that");
        return key;
    }
    if (settings->window_max < settings->initial_window) {
        skein_refuse(error, "found less than quic.initial-window, expected at least that");
        return "quic.window-max";
    }
    if (settings->datagram_bytes + 28 > mtu_bytes) {
        skein_refuse(error,
                     "found %" G_GINT64_FORMAT " B, expected that with 28 B of headers it fits "
                     "into link.mtu, %" G_GINT64_FORMAT " B",
                     settings->datagram_bytes, mtu_bytes);
        return "quic.datagram";
    }
    return NULL;
}

QuicSettings quic_settings_of(const char *const *changes)
{
    g_autoptr(GPtrArray) values =
        g_ptr_array_new_with_free_func((GDestroyNotify)setting_value_free);
    for (; changes != NULL && *changes != NULL; changes++) {
        g_auto(GStrv) parts = g_strsplit(*changes, "=", 2);
        g_autofree char *key = g_strconcat("quic.", parts[0], NULL);
        g_ptr_array_add(values, setting_value_new(key, parts[1], SETTING_SET, "quic", 0, 0));
    }
    QuicSettings settings;
    g_autoptr(GError) error = NULL;
    if (!settings_read(&QUIC_SETTINGS, values, ".", &settings, &error)) {
        g_error("%s", error->message);
    }
    return settings;
}
