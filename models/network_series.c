/* SPDX-License-Identifier: MIT */
/* Quantities over time: which there are, which are recorded. */
#include "models/network.h"
#include "models/peer.h"
#include "sim/error.h"
#include "sim/nearest.h"

#include <string.h>

const char *network_series_name(NetworkSeries series)
{
    static const char *const NAMES[SERIES_FIRST] = {
        [SERIES_LINK_QUEUE] = "link.queue",         [SERIES_UP_QUEUE] = "access.up-queue",
        [SERIES_DOWN_QUEUE] = "access.down-queue",  [SERIES_TCP_WINDOW] = "tcp.window",
        [SERIES_TCP_IN_FLIGHT] = "tcp.in-flight",   [SERIES_TCP_ROUND_TRIP] = "tcp.round-trip",
        [SERIES_TCP_RESENT] = "tcp.resent",         [SERIES_QUIC_WINDOW] = "quic.window",
        [SERIES_QUIC_IN_FLIGHT] = "quic.in-flight", [SERIES_QUIC_ROUND_TRIP] = "quic.round-trip",
        [SERIES_QUIC_LOST] = "quic.lost",
    };
    return NAMES[series];
}

/* All names in order, the application's behind the network's; to be freed by g_strfreev. */
static char **all_names(const Network *network)
{
    const Application *application = network->application;
    GPtrArray *names = g_ptr_array_new();
    for (NetworkSeries i = 0; i < SERIES_FIRST; i++) {
        g_ptr_array_add(names, g_strdup(network_series_name(i)));
    }
    for (unsigned i = 0; application->series != NULL && application->series[i] != NULL; i++) {
        g_ptr_array_add(names, g_strdup_printf("%s.%s", application->name, application->series[i]));
    }
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(names, FALSE);
}

const char *const *network_series_names(const Network *network)
{
    return (const char *const *)network->series_names;
}

bool network_series_choose(Network *network, GError **error)
{
    network->series_names = all_names(network);
    if (network->record.series[0] == NULL) {
        return true;
    }
    const char *const *known = (const char *const *)network->series_names;
    network->records_series = g_new0(bool, g_strv_length(network->series_names));
    for (char **wanted = network->record.series; *wanted != NULL; wanted++) {
        const bool is_all = g_str_equal(*wanted, "all");
        bool is_known = is_all;
        for (unsigned i = 0; known[i] != NULL; i++) {
            if (is_all || g_str_equal(*wanted, known[i])) {
                network->records_series[i] = is_known = true;
            }
        }
        if (!is_known) {
            const char *nearest = nearest_name(*wanted, known);
            g_autofree char *names = g_strjoinv(", ", network->series_names);
            skein_refuse(error, "found '%s', expected all or some of %s%s%s%s", *wanted, names,
                         nearest == NULL ? "" : " (did you mean '", nearest == NULL ? "" : nearest,
                         nearest == NULL ? "" : "'?)");
            return settings_blame(network->options.values, "record.series", error);
        }
    }
    return true;
}

void network_sample(const Host *host, unsigned series, SimTime time, double value,
                    uint64_t connection, EntityId other)
{
    RecordBuffer *records = host_part(host)->records;
    if (records != NULL) {
        record_series(records, &(SeriesRow){.name = host->network->series_names[series],
                                            .peer = host->entity.id,
                                            .time = time,
                                            .value = value,
                                            .connection = connection,
                                            .other = other});
    }
}
