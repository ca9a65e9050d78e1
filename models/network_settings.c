/* SPDX-License-Identifier: MIT */
/* The settings of the network: one table for each section. */
#include "models/peer.h"

static const char *const ORDERS[] = {"stream", "connection", NULL};
static const char *const LINK_ORDERS[] = {"loss-first", "loss-last", "propagation-first", NULL};
static const char *const REORDERS[] = {"auto", "yes", "no", NULL};
static const char *const LEVELS[] = {"all", "sampled", "metrics", NULL};
static const char *const SNAPSHOTS[] = {"auto", "yes", "no", NULL};

static const Setting PEERS[] = {
    {.key = "count",
     .type = SETTING_COUNT,
     .offset = offsetof(PeersSettings, count),
     .default_text = "20",
     .minimum = "1",
     .maximum = "16000000",
     .help = "How many peers there are."},
    {.key = "attach",
     .type = SETTING_TEXT,
     .offset = offsetof(PeersSettings, attach),
     .default_text = "round-robin",
     .help = "Where peers are attached to the underlay of link.latency: graph(FILE)."},
    {.key = "names",
     .type = SETTING_LIST,
     .offset = offsetof(PeersSettings, names),
     .default_text = "[]",
     .help = "What the peers are called, one name for each; [] leaves it to the data."},
    {0},
};

static const Setting LINK[] = {
    {.key = "latency",
     .type = SETTING_TEXT,
     .offset = offsetof(LinkSettings, latency),
     .default_text = "50ms",
     .help = "One way: a duration, a distribution, matrix(), regions(), coordinates(), graph() or "
             "replay()."},
    {.key = "jitter",
     .type = SETTING_TEXT,
     .offset = offsetof(LinkSettings, jitter),
     .default_text = "0",
     .help = "Added to the latency of each message: a distribution of durations."},
    {.key = "loss",
     .type = SETTING_TEXT,
     .offset = offsetof(LinkSettings, loss),
     .default_text = "0",
     .help = "Which messages are lost: a probability, gilbert-elliott() or pattern(); not "
             "on stack ideal."},
    {.key = "bandwidth",
     .type = SETTING_TEXT,
     .offset = offsetof(LinkSettings, bandwidth),
     .default_text = "unlimited",
     .help = "The rate at which a link of its own sends from a peer to another: a rate, "
             "unlimited, graph or table(FILE)."},
    {.key = "queue",
     .type = SETTING_TEXT,
     .offset = offsetof(LinkSettings, queue),
     .default_text = "1000packets",
     .help = "What waits before the link: a size, a number of packets, red(), codel() or "
             "fq-codel()."},
    {.key = "mtu",
     .type = SETTING_SIZE,
     .offset = offsetof(LinkSettings, mtu_bytes),
     .default_text = "1500B",
     .minimum = "576B",
     .maximum = "64KiB",
     .help = "The largest packet, its IP header included."},
    {.key = "duplication",
     .type = SETTING_TEXT,
     .offset = offsetof(LinkSettings, duplication),
     .default_text = "0",
     .help = "The probability that a packet is sent twice."},
    {.key = "corruption",
     .type = SETTING_TEXT,
     .offset = offsetof(LinkSettings, corruption),
     .default_text = "0",
     .help = "The probability that a packet arrives damaged and is discarded."},
    {.key = "order",
     .type = SETTING_CHOICE,
     .offset = offsetof(LinkSettings, order),
     .default_text = "loss-first",
     .choices = LINK_ORDERS,
     .help = "loss, queue and serialisation, propagation; or with the loss, or the propagation, "
             "at the other end."},
    {.key = "reorder",
     .type = SETTING_CHOICE,
     .offset = offsetof(LinkSettings, reorder),
     .default_text = "auto",
     .choices = REORDERS,
     .help = "Whether jitter lets packets overtake each other on a link; auto: on datagram only."},
    {0},
};

static const Setting ACCESS[] = {
    {.key = "up",
     .type = SETTING_TEXT,
     .offset = offsetof(AccessSettings, up),
     .default_text = "unlimited",
     .help = "The rate at which a peer sends, shared by all its connections: a rate, unlimited "
             "or table(FILE)."},
    {.key = "down",
     .type = SETTING_TEXT,
     .offset = offsetof(AccessSettings, down),
     .default_text = "unlimited",
     .help = "The rate at which a peer receives, shared by all its connections, likewise."},
    {.key = "queue",
     .type = SETTING_TEXT,
     .offset = offsetof(AccessSettings, queue),
     .default_text = "1000packets",
     .help = "What waits before either of them, as link.queue."},
    {0},
};

static const Setting STACK[] = {
    {.key = "name",
     .type = SETTING_TEXT,
     .offset = offsetof(StackSettings, name),
     .default_text = "ideal",
     .help = "The protocol stack below the peers: ideal, datagram, tcp, quic, layers on a "
             "transport as in tcp/noise/yamux, or both as in quic+tcp/noise/yamux."},
    {.key = "preset",
     .type = SETTING_CHOICE,
     .offset = offsetof(StackSettings, preset),
     .default_text = "go-libp2p",
     .choices = STACK_PRESETS,
     .help = "Whose defaults the layers have; plain: no more than the specifications ask for."},
    {0},
};

static const Setting IDEAL[] = {
    {.key = "order",
     .type = SETTING_CHOICE,
     .offset = offsetof(IdealSettings, order),
     .default_text = "stream",
     .choices = ORDERS,
     .help = "What stays in order under jitter: each stream, or everything on a connection."},
    {0},
};

static const Setting DIAL[] = {
    {.key = "timeout",
     .type = SETTING_DURATION,
     .offset = offsetof(DialSettings, timeout),
     .default_text = "15s",
     .minimum = "1ns",
     .help = "How long a dial waits for its answer."},
    {.key = "reuse",
     .type = SETTING_YES_NO,
     .offset = offsetof(DialSettings, reuse),
     .default_text = "no",
     .help = "Whether a dial to a peer that is connected, or being dialled, takes that connection "
             "in place of a second one."},
    {.key = "back-off",
     .type = SETTING_YES_NO,
     .offset = offsetof(DialSettings, back_off),
     .default_text = "no",
     .help = "Whether dials to a peer fail at once for a time after one has failed: 5 s, longer "
             "with each failure, at most 5 min."},
    {.key = "rank-delay",
     .type = SETTING_DURATION,
     .offset = offsetof(DialSettings, rank_delay),
     .default_text = "250ms",
     .minimum = "1ns",
     .help =
         "On stacks like quic+tcp/noise/yamux: how much later than QUIC the second transport is "
         "dialled, unless QUIC has failed by then."},
    {0},
};

static const Setting CONNECTIONS[] = {
    {.key = "high",
     .type = SETTING_COUNT,
     .offset = offsetof(ConnectionsSettings, high),
     .default_text = "0",
     .minimum = "0",
     .maximum = "1000000000",
     .help = "Open connections beyond which a peer closes some; 0: no limit."},
    {.key = "low",
     .type = SETTING_COUNT,
     .offset = offsetof(ConnectionsSettings, low),
     .default_text = "0",
     .minimum = "0",
     .maximum = "1000000000",
     .help = "How many it keeps then."},
    {.key = "grace",
     .type = SETTING_DURATION,
     .offset = offsetof(ConnectionsSettings, grace),
     .default_text = "60s",
     .minimum = "0",
     .help = "How long a new connection is left alone."},
    {.key = "silence",
     .type = SETTING_DURATION,
     .offset = offsetof(ConnectionsSettings, silence),
     .default_text = "10s",
     .minimum = "1ms",
     .help = "How often a peer with too many connections looks at them."},
    {0},
};

static const Setting RECORD[] = {
    {.key = "level",
     .type = SETTING_CALL,
     .offset = offsetof(RecordSettings, level),
     .default_text = "all",
     .choices = LEVELS,
     .help = "What is recorded: all, sampled(PROBABILITY) of the traces, or metrics only."},
    {.key = "snapshots",
     .type = SETTING_CHOICE,
     .offset = offsetof(RecordSettings, snapshots),
     .default_text = "auto",
     .choices = SNAPSHOTS,
     .help = "Whether states and channels of snapshots are recorded; auto: with level all, and up "
             "to 1,000 peers."},
    {.key = "packets",
     .type = SETTING_YES_NO,
     .offset = offsetof(RecordSettings, packets),
     .default_text = "no",
     .help = "Whether each packet on a link is recorded too, at any level."},
    {.key = "series",
     .type = SETTING_LIST,
     .offset = offsetof(RecordSettings, series),
     .default_text = "[]",
     .help = "Which quantities are recorded over time, such as link.queue; [all] takes all."},
    {0},
};

const SettingsTable PEERS_SETTINGS = {"peers", PEERS, sizeof(PeersSettings)};
const SettingsTable LINK_SETTINGS = {"link", LINK, sizeof(LinkSettings)};
const SettingsTable ACCESS_SETTINGS = {"access", ACCESS, sizeof(AccessSettings)};
const SettingsTable STACK_SETTINGS = {"stack", STACK, sizeof(StackSettings)};
const SettingsTable IDEAL_SETTINGS = {"ideal", IDEAL, sizeof(IdealSettings)};
const SettingsTable DIAL_SETTINGS = {"dial", DIAL, sizeof(DialSettings)};
const SettingsTable CONNECTIONS_SETTINGS = {"connections", CONNECTIONS,
                                            sizeof(ConnectionsSettings)};
const SettingsTable RECORD_SETTINGS = {"record", RECORD, sizeof(RecordSettings)};

const SettingsTable *const NETWORK_SETTINGS[] = {
    &PEERS_SETTINGS,        &TOPOLOGY_SETTINGS,    &LINK_SETTINGS,     &ACCESS_SETTINGS,
    &STACK_SETTINGS,        &IDEAL_SETTINGS,       &TCP_SETTINGS,      &SECURITY_SETTINGS,
    &MUXER_CHOICE_SETTINGS, &NEGOTIATION_SETTINGS, &IDENTIFY_SETTINGS, &UPGRADE_SETTINGS,
    &YAMUX_SETTINGS,        &MPLEX_SETTINGS,       &READER_SETTINGS,   &QUIC_SETTINGS,
    &DIAL_SETTINGS,         &CONNECTIONS_SETTINGS, &RECORD_SETTINGS,   NULL,
};

enum { SECTIONS = G_N_ELEMENTS(NETWORK_SETTINGS) - 1 };

/* The struct of each section, in the order of the tables. */
static void list_fields(Network *network, void *fields[SECTIONS])
{
    void *const all[SECTIONS] = {&network->peers,
                                 &network->topology_options,
                                 &network->link,
                                 &network->access,
                                 &network->stack_settings,
                                 &network->ideal,
                                 &network->tcp,
                                 &network->layers.security,
                                 &network->layers.muxer,
                                 &network->layers.negotiation,
                                 &network->layers.identify,
                                 &network->layers.upgrade,
                                 &network->layers.muxers.yamux,
                                 &network->layers.muxers.mplex,
                                 &network->layers.muxers.reader,
                                 &network->quic,
                                 &network->dial,
                                 &network->connections,
                                 &network->record};
    memcpy(fields, all, sizeof all);
}

bool network_settings_read(Network *network, GError **error)
{
    void *fields[SECTIONS];
    list_fields(network, fields);
    for (unsigned i = 0; i < SECTIONS; i++) {
        if (!settings_read(NETWORK_SETTINGS[i], network->options.values, network->options.directory,
                           fields[i], error)) {
            return false;
        }
        if (NETWORK_SETTINGS[i] == &STACK_SETTINGS) { /* it stands before those of the layers */
            stack_preset_apply((unsigned)network->stack_settings.preset, network->options.values);
        }
    }
    network->peer_count = (uint32_t)network->peers.count;
    return true;
}

void network_settings_clear(Network *network)
{
    void *fields[SECTIONS];
    list_fields(network, fields);
    for (unsigned i = 0; i < SECTIONS; i++) {
        settings_clear(NETWORK_SETTINGS[i], fields[i]);
    }
    layers_clear(&network->layers);
}
