/* SPDX-License-Identifier: MIT */
/* The calls of models/host.h that need no connection: who, when, timers, randomness, metrics,
 * control. */
#include "models/host.h"

#include "models/connection.h"

#include <stdarg.h>

const char *outcome_name(Outcome outcome)
{
    static const char *const NAMES[] = {"open",     "closed",   "reset",       "refused",
                                        "timeout",  "crashed",  "no-protocol", "wrong-peer",
                                        "back-off", "cancelled"};
    return NAMES[outcome];
}

EntityId host_id(const Host *host)
{
    return host->entity.id;
}

SimTime host_now(const Host *host)
{
    return entity_now(&host->entity);
}

void *host_state(const Host *host)
{
    return (void *)(uintptr_t)host->state;
}

const void *host_settings(const Host *host)
{
    return host->network->options.application_settings;
}

uint32_t host_peer_count(const Host *host)
{
    return host->network->peer_count;
}

const char *host_peer_name(const Host *host, EntityId peer)
{
    const Network *network = host->network;
    return network->peer_names == NULL || peer >= network->peer_count ? NULL
                                                                      : network->peer_names[peer];
}

const char *const *host_peer_names(const Host *host)
{
    return (const char *const *)host->network->peer_names;
}

uint32_t host_neighbour_count(const Host *host)
{
    return topology_degree(host->network->topology, host->entity.id);
}

EntityId host_neighbour(const Host *host, uint32_t index)
{
    return topology_neighbour(host->network->topology, host->entity.id, index);
}

uint32_t host_known_count(const Host *host)
{
    return host->contacts.count;
}

EntityId host_known(const Host *host, uint32_t index)
{
    g_assert(index < host->contacts.count);
    return host->contacts.contacts[index].peer;
}

void host_dial(Host *host, EntityId peer, const char *name, const SpanContext *parent)
{
    if (host->network->dial.reuse && connection_reuse(host, peer)) {
        return;
    }
    connection_dial(host, peer, name, parent, false);
}

bool host_is_connected(Host *host, EntityId peer)
{
    const Connection *connection = connection_first(host, peer);
    return connection != NULL && connection->state == CONNECTION_OPEN;
}

void host_disconnect(Host *host, EntityId peer)
{
    g_assert(entity_is_running(&host->entity) && !host_is_coordinator(host));
    const Contact *contact = contact_table_find(&host->contacts, peer);
    if (contact == NULL || contact->connections == NULL) {
        connection_first(host, peer); /* one that stood before the run is made, then closed */
        contact = contact_table_find(&host->contacts, peer);
    }
    for (Connection *at = contact == NULL ? NULL : contact->connections; at != NULL;) {
        Connection *next = at->next;
        connection_close(host, at);
        at = next;
    }
}

/* Timers. */

HostTimer host_after(Host *host, SimDuration delay, unsigned timer, uint64_t argument)
{
    return timer_once(&host->entity, KIND_TIMER_FIRST + timer, argument, delay);
}

HostTimer host_timer_new(Host *host, unsigned timer, uint64_t argument, bool background)
{
    return timer_new(&host->entity, KIND_TIMER_FIRST + timer, argument, background);
}

void host_timer_set(Host *host, HostTimer timer, SimDuration delay)
{
    timer_set(&host->entity, timer, delay);
}

void host_timer_stop(Host *host, HostTimer timer)
{
    timer_stop(&host->entity, timer);
}

void host_timer_free(Host *host, HostTimer timer)
{
    timer_free(&host->entity, timer);
}

bool host_timer_is_set(const Host *host, HostTimer timer)
{
    return timer_is_set(&host->entity, timer);
}

/* Randomness and metrics. */

static uint64_t draw_key(const Host *host, unsigned purpose)
{
    const Network *network = host->network;
    return random_key(network->options.seed, network->random_purposes[purpose], host->entity.id, 0);
}

uint64_t host_draw_below(Host *host, unsigned purpose, uint32_t *draws, uint64_t bound)
{
    g_assert(entity_is_running(&host->entity) && bound > 0);
    return random_below(random_word(draw_key(host, purpose), (*draws)++), bound);
}

int64_t host_draw_from(Host *host, unsigned purpose, uint32_t *draws,
                       const Distribution *distribution)
{
    g_assert(entity_is_running(&host->entity));
    if (distribution_is_constant(distribution)) {
        return distribution_minimum(distribution);
    }
    return distribution_draw(distribution, draw_key(host, purpose), (*draws)++);
}

void host_measure(Host *host, unsigned metric, int64_t value)
{
    g_assert(METRIC_FIRST + metric < host->network->metric_count);
    metric_add(host_part(host)->metrics[METRIC_FIRST + metric], value);
}

void host_sample(Host *host, unsigned series, const Stream *stream, double value)
{
    if (network_records_series(host, SERIES_FIRST + series)) {
        network_sample(host, SERIES_FIRST + series, host_now(host), value,
                       stream == NULL ? 0 : stream->connection->id,
                       stream == NULL ? RECORD_NO_PEER : stream_peer(stream));
    }
}

bool host_logs(const Host *host, LogLevel level)
{
    return level <= host->network->options.log_level;
}

void host_log_line(Host *host, LogLevel level, const char *format, ...)
{
    const NetworkOptions *options = &host->network->options;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (simulation_partition_count(host->network->simulation) == 1) {
        options->log_line(options->log_data, host_now(host), host->entity.id, level, text);
        return;
    }
    NetworkPart *part = host_part(host);
    if (part->log == NULL) {
        part->log = g_array_new(FALSE, FALSE, sizeof(LogLine));
    }
    const LogLine line = {.time = host_now(host),
                          .peer = host->entity.id,
                          .number = part->log->len,
                          .text = g_steal_pointer(&text)};
    g_array_append_val(part->log, line);
}

bool host_explains(const Host *host)
{
    const NetworkWitness *witness = host->network->options.witness;
    return witness != NULL && witness->row != NULL;
}

void host_explain_row(Host *host, const char *format, ...)
{
    const NetworkWitness *witness = host->network->options.witness;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *action = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    witness->row(witness->data, host_now(host), action);
}

/* Control. */

static void control(Host *host, EntityId target, NetworkKind kind, unsigned action,
                    uint64_t argument, const SpanContext *span)
{
    ControlBody *body = entity_post(&host->entity, target, 1, kind, sizeof *body);
    *body = (ControlBody){.argument = argument, .action = action, .sender = host->entity.id};
    if (span != NULL) {
        body->span = *span;
    }
}

void host_report(Host *host, unsigned report, uint64_t argument)
{
    g_assert(host->network->application->has_coordinator && !host_is_coordinator(host));
    control(host, host->network->peer_count, KIND_REPORT, report, argument, NULL);
}

void host_order(Host *coordinator, EntityId peer, unsigned order, uint64_t argument,
                const SpanContext *span)
{
    g_assert(host_is_coordinator(coordinator) && peer < coordinator->network->peer_count);
    control(coordinator, peer, KIND_ORDER, order, argument, span);
}
