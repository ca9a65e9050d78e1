/* SPDX-License-Identifier: MIT */
/* The setting wins; else peers are called what the latency data or the topology's file calls them.
 * Given names must be fit for a set of peers, where a number, a comma, a brace and `all` mean
 * something else. */
#include "models/peer_names.h"

#include "sim/error.h"
#include "sim/value_text.h"

#include <string.h>

static bool check_name(const char *name, GError **error)
{
    double number;
    if (*name == '\0' || strpbrk(name, "{},") != NULL || strcmp(name, "all") == 0) {
        return skein_refuse(error,
                            "found '%s', expected a name other than all, without braces "
                            "and commas",
                            name);
    }
    return !value_parse_number(name, &number, NULL) ||
           skein_refuse(error, "found '%s', expected a name that is no number", name);
}

static bool check_names(char *const *names, uint32_t peer_count, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    const guint count = g_strv_length((char **)names);
    if (count != peer_count) {
        return skein_refuse(error, "found %u names, expected %u, one for each peer", count,
                            peer_count);
    }
    for (guint i = 0; i < count; i++) {
        if (!check_name(names[i], error)) {
            return false;
        }
        if (!g_hash_table_add(seen, names[i])) {
            return skein_refuse(error, "found '%s' a second time, expected each name once",
                                names[i]);
        }
    }
    return true;
}

static void take_names_of_data(Network *network)
{
    const LatencyModel *latency = network_latency(network, 0, 0);
    if (latency_model_peer_name(latency, 0) == NULL &&
        topology_peer_name(network->topology, 0) == NULL) {
        return;
    }
    network->peer_names = g_new0(char *, network->peer_count + 1);
    for (EntityId peer = 0; peer < network->peer_count; peer++) {
        const char *name = latency_model_peer_name(latency, peer);
        name = name != NULL ? name : topology_peer_name(network->topology, peer);
        network->peer_names[peer] = name != NULL ? g_strdup(name) : g_strdup_printf("%u", peer);
    }
}

bool peer_names_settle(Network *network, GError **error)
{
    char **names = network->peers.names;
    if (names[0] == NULL) {
        take_names_of_data(network);
        return true;
    }
    if (!check_names(names, network->peer_count, error)) {
        return settings_blame(network->options.values, "peers.names", error);
    }
    network->peer_names = g_strdupv(names);
    return true;
}
