/* SPDX-License-Identifier: MIT */
/* Inside models/: what the stations on a packet's way do, compiled from the sections `link` and
 * `access` and from the timeline's `set` rows; immutable during a run. models/packet_link.h says
 * what the stations are. */
#ifndef MODELS_PATH_MODELS_H
#define MODELS_PATH_MODELS_H

#include "models/edge_values.h"
#include "models/queue_policy.h"

#include <glib.h>
#include <stdbool.h>

/* Where the loss and the pair's queue stand. */
typedef enum LinkOrder {
    LINK_LOSS_FIRST,        /* loss, queue, serialisation, propagation */
    LINK_LOSS_LAST,         /* queue, serialisation, propagation, loss */
    LINK_PROPAGATION_FIRST, /* propagation, queue, serialisation, loss */
} LinkOrder;

typedef enum LinkReorder { LINK_REORDER_AUTO, LINK_REORDER_YES, LINK_REORDER_NO } LinkReorder;

/* The keys whose values a `set` row may change, each with its values: the base, then the rows'. */
typedef enum PathKey {
    PATH_BANDWIDTH,   /* int64_t, bits per second, 0: unlimited; network_rate() finds the base */
    PATH_UP,          /* likewise */
    PATH_DOWN,        /* likewise */
    PATH_QUEUE,       /* QueuePolicy */
    PATH_DUPLICATION, /* double, a probability */
    PATH_CORRUPTION,  /* double, a probability */
    PATH_KEY_COUNT
} PathKey;

typedef struct PathSettings {
    const char *texts[PATH_KEY_COUNT];
    const char *access_queue;
    const char *directory; /* of tables */
    uint32_t peers;
} PathSettings;

typedef struct PathModels {
    GArray *values[PATH_KEY_COUNT];
    QueuePolicy access_queue;
    EdgeValues *tables[PATH_KEY_COUNT]; /* of int64_t, in place of a base rate; NULL: none */
    bool is_varied[PATH_KEY_COUNT];     /* by a `set` row */
    bool takes_path_bandwidth;          /* link.bandwidth: graph */
    bool has_pair_port, has_access_ports;
    bool has_copies, has_corruption;
    uint64_t duplication_purpose, duplicate_purpose, corruption_purpose, queue_purpose;
} PathModels;

/* Full names as in a scenario, `link.bandwidth`. */
const char *path_key_name(PathKey key);

/* The base values. On failure *ret_key is the full key at fault. path_models_clear() is due in any
 * case. */
bool path_models_init(PathModels *models, const PathSettings *settings, const char **ret_key,
                      GError **error);
void path_models_clear(PathModels *models);

/* The value of a `set` row, at the end of its key's values. */
bool path_models_add(PathModels *models, PathKey key, const char *text, GError **error);

/* True when anything is set that only packets can meet: a rate, duplication, corruption. */
bool path_models_need_packets(const PathModels *models);

#endif
