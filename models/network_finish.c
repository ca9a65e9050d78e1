/* SPDX-License-Identifier: MIT */
/* The end of a run: what is known only then, and the memory. */
#include "models/connection.h"
#include "models/held_items.h"
#include "models/host_policy.h"
#include "models/identify.h"
#include "models/link.h"
#include "models/packet_station.h"
#include "models/snapshot_layer.h"
#include "models/stack.h"

/* Ends what has not ended, which writes its row. */
static void host_end(Host *host)
{
    const Application *application = host->network->application;
    if (application->stop != NULL) {
        application->stop(host);
    }
    for (uint32_t i = 0; i < host->contacts.count; i++) {
        while (host->contacts.contacts[i].connections != NULL) {
            connection_free(host, host->contacts.contacts[i].connections, OUTCOME_OPEN);
        }
    }
}

static bool has_rows(const Network *network)
{
    return network->recorder != NULL && network->level != RECORD_METRICS;
}

static bool has_ports(const Network *network)
{
    bool has_ports = false;
    for (unsigned k = 0; k < simulation_partition_count(network->simulation); k++) {
        has_ports |= network->parts[k].has_ports;
    }
    return has_ports;
}

static void for_each_host(const Network *network, void (*visit)(Host *host))
{
    for (EntityId id = 0; id < simulation_entity_count(network->simulation); id++) {
        visit(host_of(simulation_entity(network->simulation, id)));
    }
}

/* Contacts, connections and streams lie in the blocks of the parts: only what holds other memory,
 * or writes a row, is visited. */
static void end_hosts(const Network *network)
{
    if (has_rows(network) || network->application->stop != NULL) {
        for_each_host(network, host_end);
    }
}

static void forget_transport(Host *host)
{
    host->network->stack->forget(host, false);
}

static void forget_pushes(Host *host)
{
    identify_forget(host, false);
}

void network_free(Network *network)
{
    if (network == NULL) {
        return;
    }
    if (network->simulation != NULL) {
        for (unsigned k = 0; k < simulation_partition_count(network->simulation); k++) {
            network->parts[k].records = NULL;
        }
        for_each_host(network, forget_pushes);
        if (!network->is_finished) {
            network->recorder = NULL;
            end_hosts(network);
        }
        if (network->stack->forget != NULL) {
            for_each_host(network, forget_transport);
        }
        for_each_host(network, host_policy_forget);
        if (has_ports(network)) {
            for_each_host(network, station_clear_all);
        }
        for (unsigned k = 0; k < simulation_partition_count(network->simulation); k++) {
            block_pool_clear(&network->parts[k].blocks);
            frame_buffer_clear(&network->parts[k].record);
            span_part_clear(&network->parts[k]);
            g_byte_array_unref(network->parts[k].draft);
            if (network->parts[k].log != NULL) {
                g_array_unref(network->parts[k].log);
            }
            for (unsigned i = 0; i < network->metric_count; i++) {
                metric_free(network->parts[k].metrics[i]);
            }
            g_free(network->parts[k].metrics);
        }
        g_free(network->parts);
        simulation_free(network->simulation);
    }
    snapshot_layer_free(network->snapshot);
    fault_plan_free(network->plan);
    path_models_clear(&network->path);
    topology_free(network->topology);
    g_ptr_array_unref(network->latencies);
    g_ptr_array_unref(network->losses);
    edge_values_free(network->edge_losses);
    peer_set_free(network->udp_blocked);
    g_ptr_array_unref(network->inputs);
    g_ptr_array_unref(network->warnings);
    g_strfreev(network->peer_names);
    g_strfreev(network->metric_names);
    g_strfreev(network->series_names);
    g_free(network->records_series);
    g_free(network->random_purposes);
    g_free(network->row_numbers);
    g_free(network->kinds);
    network_settings_clear(network);
    g_free(network);
}

static void record_links(Host *host)
{
    const Network *network = host->network;
    for (uint32_t i = 0; i < host->contacts.count; i++) {
        const Contact *contact = &host->contacts.contacts[i];
        if (contact->messages > 0 || contact->controls > 0) {
            record_link(
                host_part(host)->records,
                &(LinkRow){.sender = host->entity.id,
                           .receiver = contact->peer,
                           .latency_ns_min = link_minimum(network, host->entity.id, contact->peer),
                           .loss = loss_model_rate(
                               network_loss(network, 0, host->entity.id, contact->peer)),
                           .rate_bits_per_second = network_base_rate(
                               network, PATH_BANDWIDTH, host->entity.id, contact->peer)});
        }
    }
}

static void record_in_flight(void *data, const EventView *event)
{
    const Network *network = data;
    if (event->content.kind == KIND_MESSAGE) {
        message_record(host_of(simulation_entity(network->simulation, event->target)),
                       event->content.body, event->target, RECORD_NO_TIME, "in-flight");
    } else if (event->content.kind == KIND_PACKET) {
        packet_is_in_flight(host_of(simulation_entity(network->simulation, event->target)),
                            event->content.body);
    }
}

static void record_held(Host *host)
{
    for (uint32_t i = 0; i < host->contacts.count; i++) {
        const HeldItem *last = host->contacts.contacts[i].held;
        for (const HeldItem *item = last; item != NULL;) {
            item = item->next;
            held_item_record(host, host->contacts.contacts[i].peer, item, "in-flight");
            if (item == last) {
                break;
            }
        }
    }
}

/* A run ends before its last instant; one that was interrupted has been in it. */
static void record_faults(const Network *network)
{
    const SimTime now = simulation_now(network->simulation);
    const volatile sig_atomic_t *interrupt = network->options.interrupt;
    const bool was_interrupted = interrupt != NULL && *interrupt != 0;
    for (unsigned i = 0; i < fault_plan_row_count(network->plan); i++) {
        FaultRow row;
        fault_plan_row(network->plan, i, &row.time, &row.action, &row.arguments);
        if (row.time < now || (was_interrupted && row.time == now)) {
            record_fault(network->parts[0].records, &row);
        }
    }
}

/* A stream keeps its order whatever was recorded. */
static void warn_of_raised(const Network *network)
{
    uint64_t raised = 0;
    for (unsigned k = 0; k < simulation_partition_count(network->simulation); k++) {
        raised += network->parts[k].raised;
    }
    if (raised > 0) {
        g_ptr_array_add(network->warnings,
                        g_strdup_printf("link.latency: %" G_GUINT64_FORMAT
                                        " recorded delays were raised, so that no message overtakes"
                                        " another on its stream",
                                        raised));
    }
}

void network_finish(Network *network)
{
    warn_of_raised(network);
    simulation_each_pending(network->simulation, record_in_flight, network);
    if (network->stack->finish != NULL) {
        for_each_host(network, network->stack->finish);
    }
    if (has_rows(network) || has_ports(network) || network->snapshot != NULL) {
        for_each_host(network, record_held);
        for_each_host(network, station_report_held);
    }
    if (has_rows(network)) {
        for_each_host(network, record_links);
    }
    snapshot_layer_finish(network);
    end_hosts(network);
    network->is_finished = true;
    const unsigned parts = simulation_partition_count(network->simulation);
    for (unsigned k = 0; k < parts; k++) {
        span_finish_all(&network->parts[k]);
        for (unsigned i = 0; k > 0 && i < network->metric_count; i++) {
            metric_merge(network->parts[0].metrics[i], network->parts[k].metrics[i]);
        }
    }
    if (network->recorder != NULL) {
        record_faults(network);
        for (unsigned i = 0; i < network->metric_count; i++) {
            record_metric(network->parts[0].records, network_metric_name(network, i),
                          network_metric_unit(network, i), network_metric(network, i));
        }
    }
}
