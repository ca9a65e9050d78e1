/* SPDX-License-Identifier: MIT */
/* The settings of the layers above the transport, and presets of them. */
#include "models/layer_settings.h"

static const char *const CONNECTION_MODES[] = {"pipelined", "strict", NULL};
static const char *const STREAM_MODES[] = {"lazy-when-known", "lazy", "pipelined", "strict", NULL};

static const Setting SECURITY[] = {
    {.key = "propose",
     .type = SETTING_LIST,
     .offset = offsetof(SecuritySettings, propose),
     .default_text = "[auto]",
     .help = "The securities that a dialer proposes, best first; [auto]: the one in stack.name."},
    {.key = "accept",
     .type = SETTING_LIST,
     .offset = offsetof(SecuritySettings, accept),
     .default_text = "[auto]",
     .help = "The securities that a listener has; [auto]: those that are proposed."},
    {.key = "early-muxer",
     .type = SETTING_YES_NO,
     .offset = offsetof(SecuritySettings, early_muxer),
     .default_text = "yes",
     .help = "Whether the handshake agrees on the muxer too, which saves a round trip."},
    {.key = "operation",
     .type = SETTING_DURATION,
     .offset = offsetof(SecuritySettings, operation),
     .default_text = "0",
     .minimum = "0",
     .maximum = "1s",
     .help = "How long each public-key operation of a handshake takes the one who computes it."},
    {.key = "impostors",
     .type = SETTING_PEERS,
     .offset = offsetof(SecuritySettings, impostors),
     .default_text = "none",
     .help = "Peers that turn out to be others when they are dialled: the dial fails."},
    {0},
};

static const Setting MUXER[] = {
    {.key = "propose",
     .type = SETTING_LIST,
     .offset = offsetof(MuxerChoiceSettings, propose),
     .default_text = "[auto]",
     .help = "The muxers that a dialer proposes, best first; [auto]: the one in stack.name."},
    {.key = "accept",
     .type = SETTING_LIST,
     .offset = offsetof(MuxerChoiceSettings, accept),
     .default_text = "[auto]",
     .help = "The muxers that a listener has; [auto]: those that are proposed."},
    {.key = "coalesce",
     .type = SETTING_DURATION,
     .offset = offsetof(MuxerChoiceSettings, coalesce),
     .default_text = "0",
     .minimum = "0",
     .maximum = "1s",
     .help = "How long a write waits for others to share its record; those of one instant always "
             "do."},
    {0},
};

static const Setting NEGOTIATION[] = {
    {.key = "connections",
     .type = SETTING_CHOICE,
     .offset = offsetof(NegotiationSettings, connections),
     .default_text = "pipelined",
     .choices = CONNECTION_MODES,
     .help = "How a dialer proposes security and muxer: with the header, or when it has the other "
             "side's."},
    {.key = "streams",
     .type = SETTING_CHOICE,
     .offset = offsetof(NegotiationSettings, streams),
     .default_text = "lazy-when-known",
     .choices = STREAM_MODES,
     .help = "How the opener of a stream proposes its protocol: lazily, with its data (when-known: "
             "once identify has named it), or waiting for the answer."},
    {.key = "split-prefix",
     .type = SETTING_YES_NO,
     .offset = offsetof(NegotiationSettings, split_prefix),
     .default_text = "no",
     .help = "Whether the length of each of its messages on a stream is a write of its own."},
    {.key = "refuse",
     .type = SETTING_PEERS,
     .offset = offsetof(NegotiationSettings, refuse),
     .default_text = "none",
     .help = "Peers that do not have the application's protocols and answer with na."},
    {0},
};

static const Setting IDENTIFY[] = {
    {.key = "enabled",
     .type = SETTING_YES_NO,
     .offset = offsetof(IdentifySettings, enabled),
     .default_text = "yes",
     .help = "Whether each side of a new connection asks the other who it is."},
    {.key = "wait",
     .type = SETTING_YES_NO,
     .offset = offsetof(IdentifySettings, wait),
     .default_text = "yes",
     .help = "Whether a dial is done, and streams begin, only when the answer is there."},
    {.key = "size",
     .type = SETTING_SIZE,
     .offset = offsetof(IdentifySettings, size_bytes),
     .default_text = "600B",
     .minimum = "1B",
     .maximum = "4KiB",
     .help = "What a peer says of itself, without the length before it."},
    {.key = "timeout",
     .type = SETTING_DURATION,
     .offset = offsetof(IdentifySettings, timeout),
     .default_text = "5s",
     .minimum = "1ns",
     .help = "How long a side waits for the answer before it goes on without."},
    {0},
};

static const Setting UPGRADE[] = {
    {.key = "connect-timeout",
     .type = SETTING_DURATION,
     .offset = offsetof(UpgradeSettings, connect_timeout),
     .default_text = "5s",
     .minimum = "1ns",
     .help = "How long a dialer waits for the transport to open."},
    {.key = "accept-timeout",
     .type = SETTING_DURATION,
     .offset = offsetof(UpgradeSettings, accept_timeout),
     .default_text = "15s",
     .minimum = "1ns",
     .help = "How long a listener waits for security and muxer."},
    {.key = "negotiate-timeout",
     .type = SETTING_DURATION,
     .offset = offsetof(UpgradeSettings, negotiate_timeout),
     .default_text = "60s",
     .minimum = "1ns",
     .help = "How long a dialer waits for security and muxer."},
    {0},
};

const SettingsTable SECURITY_SETTINGS = {"security", SECURITY, sizeof(SecuritySettings)};
const SettingsTable MUXER_CHOICE_SETTINGS = {"muxer", MUXER, sizeof(MuxerChoiceSettings)};
const SettingsTable NEGOTIATION_SETTINGS = {"negotiation", NEGOTIATION,
                                            sizeof(NegotiationSettings)};
const SettingsTable IDENTIFY_SETTINGS = {"identify", IDENTIFY, sizeof(IdentifySettings)};
const SettingsTable UPGRADE_SETTINGS = {"upgrade", UPGRADE, sizeof(UpgradeSettings)};

/* Presets. */

const char *const STACK_PRESETS[] = {"go-libp2p", "js-libp2p", "plain", NULL};

typedef struct PresetValue {
    const char *preset, *key, *text;
} PresetValue;

/* The defaults are go-libp2p's. js-libp2p negotiates each stream and waits for the answer, does not
 * wait for identify, and writes lengths apart. The plain one has no more than the specifications
 * ask for. */
static const PresetValue PRESET_VALUES[] = {
    {"js-libp2p", "negotiation.streams", "pipelined"},
    {"js-libp2p", "negotiation.split-prefix", "yes"},
    {"js-libp2p", "identify.wait", "no"},
    {"plain", "negotiation.streams", "lazy"},
    {"plain", "identify.enabled", "no"},
    {"plain", "quic.initial-rtt", "333ms"},
    {"plain", "quic.first-timeout", "1s"},
    {"plain", "quic.initial-window", "10"},
    {"plain", "quic.loss-window", "0.5"},
    {"plain", "quic.hystart", "no"},
};

void stack_preset_apply(unsigned preset, GPtrArray *values)
{
    for (size_t i = 0; i < G_N_ELEMENTS(PRESET_VALUES); i++) {
        const PresetValue *value = &PRESET_VALUES[i];
        if (g_str_equal(value->preset, STACK_PRESETS[preset]) &&
            settings_find(values, value->key) == NULL) {
            g_ptr_array_add(
                values, setting_value_new(value->key, value->text, SETTING_DEFAULT, NULL, 0, 0));
        }
    }
}
