/* SPDX-License-Identifier: MIT */
/* What can be chosen about the layers above the transport: the sections `security`, `muxer`,
 * `negotiation`, `identify` and `upgrade` of a scenario. The defaults are go-libp2p's;
 * `stack.preset` has others. */
#ifndef MODELS_LAYER_SETTINGS_H
#define MODELS_LAYER_SETTINGS_H

#include "sim/settings.h"
#include "sim/sim_time.h"

#include <stdint.h>

typedef struct SecuritySettings {
    char **propose, **accept; /* [auto]: what stack.name says; of accept: what is proposed */
    bool early_muxer;
    SimDuration operation; /* of public-key cryptography */
    char *impostors;
} SecuritySettings;

typedef struct MuxerChoiceSettings {
    char **propose, **accept;
    SimDuration coalesce;
} MuxerChoiceSettings;

typedef enum StreamNegotiation {
    STREAMS_LAZY_WHEN_KNOWN, /* lazy once identify has named the protocol, else pipelined */
    STREAMS_LAZY,
    STREAMS_PIPELINED,
    STREAMS_STRICT,
} StreamNegotiation;

typedef struct NegotiationSettings {
    int connections; /* 0: pipelined, 1: strict */
    int streams;     /* StreamNegotiation */
    bool split_prefix;
    char *refuse;
} NegotiationSettings;

typedef struct IdentifySettings {
    bool enabled, wait;
    int64_t size_bytes;
    SimDuration timeout;
} IdentifySettings;

typedef struct UpgradeSettings {
    SimDuration connect_timeout, accept_timeout, negotiate_timeout;
} UpgradeSettings;

extern const SettingsTable SECURITY_SETTINGS, MUXER_CHOICE_SETTINGS, NEGOTIATION_SETTINGS,
    IDENTIFY_SETTINGS, UPGRADE_SETTINGS;

/* The names of the presets, NULL-terminated. */
extern const char *const STACK_PRESETS[];

/* Adds to the values those of the preset that were not given, as defaults. */
void stack_preset_apply(unsigned preset, GPtrArray *values);

#endif
