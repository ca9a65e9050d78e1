/* SPDX-License-Identifier: MIT */
/* Texts into values. */
#include "models/path_models.h"

#include "sim/error.h"
#include "sim/random.h"
#include "sim/value_text.h"

const char *path_key_name(PathKey key)
{
    static const char *const NAMES[PATH_KEY_COUNT] = {[PATH_BANDWIDTH] = "link.bandwidth",
                                                      [PATH_UP] = "access.up",
                                                      [PATH_DOWN] = "access.down",
                                                      [PATH_QUEUE] = "link.queue",
                                                      [PATH_DUPLICATION] = "link.duplication",
                                                      [PATH_CORRUPTION] = "link.corruption"};
    return NAMES[key];
}

static bool parse_rate(const char *text, int64_t *ret_rate, GError **error)
{
    *ret_rate = 0;
    if (g_str_equal(text, "unlimited")) {
        return true;
    }
    if (!value_parse(text, VALUE_RATE, ret_rate, error)) {
        g_prefix_error(error, "not 'unlimited': ");
        return false;
    }
    return *ret_rate > 0 ||
           skein_refuse(error, "found '%s', expected a rate above 0, or unlimited", text);
}

static bool add_rate(PathModels *models, PathKey key, const char *text, GError **error)
{
    int64_t rate;
    if (!parse_rate(text, &rate, error)) {
        return false;
    }
    models->has_pair_port |= key == PATH_BANDWIDTH && rate > 0;
    models->has_access_ports |= key != PATH_BANDWIDTH && rate > 0;
    g_array_append_val(models->values[key], rate);
    return true;
}

static void *new_rate(const char *text, void *data, GError **error)
{
    int64_t rate;
    (void)data;
    return parse_rate(text, &rate, error) ? g_memdup2(&rate, sizeof rate) : NULL;
}

/* A base rate that differs from link to link or peer to peer. */
static bool add_table(PathModels *models, const PathSettings *settings, PathKey key, GError **error)
{
    static const char *const COLUMNS[] = {
        [PATH_BANDWIDTH] = "bandwidth", [PATH_UP] = "up", [PATH_DOWN] = "down"};
    const EdgeValuesRequest request = {.text = settings->texts[key],
                                       .directory = settings->directory,
                                       .peers = settings->peers,
                                       .is_of_peers = key != PATH_BANDWIDTH,
                                       .column = COLUMNS[key],
                                       .otherwise = "unlimited",
                                       .parse = new_rate,
                                       .free = g_free};
    models->tables[key] = edge_values_new(&request, error);
    models->has_pair_port |= key == PATH_BANDWIDTH;
    models->has_access_ports |= key != PATH_BANDWIDTH;
    return models->tables[key] != NULL && add_rate(models, key, "unlimited", error);
}

static bool add_queue(PathModels *models, const char *text, GError **error)
{
    GArray *queues = models->values[PATH_QUEUE];
    QueuePolicy policy;
    if (!queue_policy_parse(text, &policy, error)) {
        return false;
    }
    if (queues->len > 0 && (queue_policy_is_managed(&policy) ||
                            queue_policy_is_managed(&g_array_index(queues, QueuePolicy, 0)))) {
        return skein_refuse(error, "found '%s', but codel and fq-codel hold for the whole run",
                            text);
    }
    g_array_append_val(queues, policy);
    return true;
}

static bool add_probability(PathModels *models, PathKey key, const char *text, GError **error)
{
    double probability;
    if (!value_parse_probability(text, &probability, error)) {
        return false;
    }
    models->has_copies |= key == PATH_DUPLICATION && probability > 0;
    models->has_corruption |= key == PATH_CORRUPTION && probability > 0;
    g_array_append_val(models->values[key], probability);
    return true;
}

bool path_models_add(PathModels *models, PathKey key, const char *text, GError **error)
{
    models->is_varied[key] = models->values[key]->len > 0;
    switch (key) {
    case PATH_BANDWIDTH:
    case PATH_UP:
    case PATH_DOWN:
        return add_rate(models, key, text, error);
    case PATH_QUEUE:
        return add_queue(models, text, error);
    case PATH_DUPLICATION:
    case PATH_CORRUPTION:
        return add_probability(models, key, text, error);
    case PATH_KEY_COUNT:
        break;
    }
    g_assert_not_reached();
}

static bool add_base(PathModels *models, const PathSettings *settings, PathKey key, GError **error)
{
    const char *text = settings->texts[key];
    const bool is_rate = key == PATH_BANDWIDTH || key == PATH_UP || key == PATH_DOWN;
    if (is_rate && edge_values_is_asked_for(text)) {
        return add_table(models, settings, key, error);
    }
    if (key == PATH_BANDWIDTH && g_str_equal(text, "graph")) {
        models->takes_path_bandwidth = models->has_pair_port = true;
        text = "unlimited";
    }
    return path_models_add(models, key, text, error);
}

bool path_models_init(PathModels *models, const PathSettings *settings, const char **ret_key,
                      GError **error)
{
    static const size_t SIZES[PATH_KEY_COUNT] = {sizeof(int64_t), sizeof(int64_t),
                                                 sizeof(int64_t), sizeof(QueuePolicy),
                                                 sizeof(double),  sizeof(double)};
    models->duplication_purpose = random_purpose("link.duplication");
    models->duplicate_purpose = random_purpose("link.duplicate");
    models->corruption_purpose = random_purpose("link.corruption");
    models->queue_purpose = random_purpose("link.queue");
    for (PathKey key = 0; key < PATH_KEY_COUNT; key++) {
        models->values[key] = g_array_new(FALSE, FALSE, (guint)SIZES[key]);
    }
    for (PathKey key = 0; key < PATH_KEY_COUNT; key++) {
        if (!add_base(models, settings, key, error)) {
            *ret_key = path_key_name(key);
            return false;
        }
    }
    if (!queue_policy_parse(settings->access_queue, &models->access_queue, error)) {
        *ret_key = "access.queue";
        return false;
    }
    return true;
}

void path_models_clear(PathModels *models)
{
    for (PathKey key = 0; key < PATH_KEY_COUNT; key++) {
        g_clear_pointer(&models->values[key], g_array_unref);
        g_clear_pointer(&models->tables[key], edge_values_free);
    }
}

bool path_models_need_packets(const PathModels *models)
{
    return models->has_pair_port || models->has_access_ports || models->has_copies ||
           models->has_corruption;
}
