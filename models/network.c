/* SPDX-License-Identifier: MIT */
/* From settings to models, from models to a simulation full of hosts. */
#include "models/network.h"

#include "models/link.h"
#include "models/network_cut.h"
#include "models/peer_names.h"
#include "models/receive.h"
#include "models/snapshot_layer.h"
#include "models/stack.h"
#include "sim/error.h"
#include "sim/value_text.h"

#include <math.h>

/* Settings. */

static bool read_level(Network *network, GError **error)
{
    const CallText *level = network->record.level;
    const char *name = call_text_name(level);
    const bool is_sampled = g_str_equal(name, "sampled");
    network->level = g_str_equal(name, "all") ? RECORD_ALL
                     : is_sampled             ? RECORD_SAMPLED
                                              : RECORD_METRICS;
    const unsigned arguments = is_sampled ? 1 : 0;
    if (!call_text_expect(level, arguments, arguments, NULL, "all, sampled(PROBABILITY) or metrics",
                          error) ||
        (is_sampled &&
         !value_parse_probability(call_text_argument(level, 0), &network->sample, error))) {
        return settings_blame(network->options.values, "record.level", error);
    }
    return true;
}

/* Counts the application's tables and numbers its purposes. */
static void survey_application(Network *network)
{
    const Application *application = network->application;
    while (application->protocols != NULL &&
           application->protocols[network->protocol_count].name != NULL) {
        network->protocol_count++;
    }
    unsigned timers = 0, randoms = 0, metrics = 0;
    while (application->timers != NULL && application->timers[timers].name != NULL) {
        timers++;
    }
    while (application->randoms != NULL && application->randoms[randoms] != NULL) {
        randoms++;
    }
    while (application->metrics != NULL && application->metrics[metrics].name != NULL) {
        metrics++;
    }
    network->random_purposes = g_new(uint64_t, randoms + 1);
    for (unsigned i = 0; i < randoms; i++) {
        g_autofree char *name =
            g_strdup_printf("%s.%s", application->name, application->randoms[i]);
        network->random_purposes[i] = random_purpose(name);
    }
    network->metric_count = METRIC_FIRST + metrics;
    network->metric_names = g_new0(char *, network->metric_count + 1);
    for (NetworkMetric i = 0; i < METRIC_FIRST; i++) {
        network->metric_names[i] = g_strdup(network_metric_title(i));
    }
    for (unsigned i = 0; i < metrics; i++) {
        const bool is_own = network->snapshot == NULL || i < network->snapshot->first_metric;
        network->metric_names[METRIC_FIRST + i] = g_strdup_printf(
            "%s.%s", is_own ? application->name : "snapshot", application->metrics[i].name);
    }
    network->kind_count = KIND_TIMER_FIRST + timers;
    network->kinds = g_new0(EventKind, network->kind_count);
    memcpy(network->kinds, NETWORK_KINDS, sizeof NETWORK_KINDS);
    if (network->stack->digest_packet != NULL) {
        network->kinds[KIND_PACKET].digest = network->stack->digest_packet;
    }
    for (unsigned i = 0; i < timers; i++) {
        network->kinds[KIND_TIMER_FIRST + i] =
            (EventKind){.name = application->timers[i].name, .run = receive_application_timer};
    }
}

static bool check_application(const Network *network, GError **error)
{
    if (network->application->check == NULL) {
        return true;
    }
    const NetworkOptions *options = &network->options;
    const CheckContext context = {.peer_count = network->peer_count,
                                  .peer_names = (const char *const *)network->peer_names,
                                  .until_idle = options->until_idle};
    const char *key = network->application->check(options->application_settings, &context, error);
    return key == NULL || settings_blame(options->values, key, error);
}

/* Puts the snapshot layer under an application that can stand on it. */
static bool build_snapshots(Network *network, GError **error)
{
    enum { SNAPSHOTS_AUTO, SNAPSHOTS_YES };
    const int choice = network->record.snapshots;
    network->records_snapshots =
        choice == SNAPSHOTS_YES ||
        (choice == SNAPSHOTS_AUTO && (network->level == RECORD_ALL || network->peer_count <= 1000));
    if (network->application->snapshot == NULL) {
        return true;
    }
    network->snapshot = snapshot_layer_new(network->application);
    network->application = &network->snapshot->application;
    return snapshot_layer_configure(network->snapshot, network, error);
}

Network *network_new(const NetworkOptions *options, GError **error)
{
    g_autoptr(Network) network = g_new0(Network, 1);
    network->options = *options;
    network->application = options->application;
    network->latencies = g_ptr_array_new_with_free_func((GDestroyNotify)latency_model_free);
    network->losses = g_ptr_array_new_with_free_func((GDestroyNotify)loss_model_free);
    network->inputs = g_ptr_array_new_null_terminated(0, g_free, TRUE);
    network->warnings = g_ptr_array_new_null_terminated(0, g_free, TRUE);
    network->latency_purpose = random_purpose("link.latency");
    network->control_purpose = random_purpose("link.control");
    network->loss_purpose = random_purpose("link.loss");
    network->control_loss_purpose = random_purpose("link.control-loss");
    network->path_loss_purpose = random_purpose("link.path-loss");
    if (!network_settings_read(network, error) || !read_level(network, error) ||
        !network_models_build(network, error) || !peer_names_settle(network, error) ||
        !build_snapshots(network, error)) {
        return NULL;
    }
    if (!check_application(network, error) || !network_series_choose(network, error)) {
        return NULL;
    }
    survey_application(network);
    return g_steal_pointer(&network);
}

/* The simulation. */

static SimDuration minimum_delay(const Entity *self, EntityId target)
{
    const Network *network = simulation_context(entity_simulation(self));
    if (self->id == network->peer_count || target == network->peer_count) {
        return 1;
    }
    return link_minimum(network, self->id, target);
}

static void prepare_parts(Network *network)
{
    const unsigned count = simulation_partition_count(network->simulation);
    network->parts = g_new0(NetworkPart, count);
    for (unsigned k = 0; k < count; k++) {
        NetworkPart *part = &network->parts[k];
        part->records =
            network->recorder == NULL ? NULL : recorder_buffer(network->recorder, network->run_id);
        part->draft = g_byte_array_new();
        part->metrics = g_new0(Metric *, network->metric_count);
        for (unsigned i = 0; i < network->metric_count; i++) {
            part->metrics[i] = metric_new();
        }
        partition_set_context(simulation_partition(network->simulation, k), part);
    }
    for (EntityId id = 0; id < simulation_entity_count(network->simulation); id++) {
        Host *host = host_of(simulation_entity(network->simulation, id));
        host->network = network;
        host->contacts.pool = &host_part(host)->blocks;
    }
}

static void record_peers(const Network *network)
{
    if (network->recorder == NULL || network->level == RECORD_METRICS) {
        return;
    }
    for (EntityId peer = 0; peer < network->peer_count; peer++) {
        record_peer(
            network->parts[0].records,
            &(PeerRow){.id = peer,
                       .name = network->peer_names == NULL ? NULL : network->peer_names[peer],
                       .region = latency_model_peer_region(network_latency(network, 0, 0), peer)});
    }
}

static void script(Network *network)
{
    const uint32_t entities = simulation_entity_count(network->simulation);
    for (EntityId id = 0; id < entities; id++) {
        simulation_script(network->simulation, 0, id, KIND_START, 0);
    }
    for (unsigned i = 0; i < fault_plan_peer_event_count(network->plan); i++) {
        const PeerEvent *event = fault_plan_peer_event(network->plan, i);
        if (event->at_coordinator) {
            simulation_script(network->simulation, event->time, network->peer_count,
                              KIND_PEER_EVENT, i);
        }
        const uint32_t count = event->peers == NULL ? 0 : peer_set_count(event->peers);
        for (uint32_t k = 0; k < count; k++) {
            simulation_script(network->simulation, event->time, peer_set_member(event->peers, k),
                              KIND_PEER_EVENT, i);
        }
    }
}

static void make_simulation(Network *network)
{
    const NetworkOptions *options = &network->options;
    const bool has_coordinator = network->application->has_coordinator;
    network->lookahead = has_coordinator ? 1 : link_lower_bound(network);
    SimulationOptions execution = {
        .entity_count = network->peer_count + (has_coordinator ? 1 : 0),
        .entity_size_bytes = sizeof(Host) + network->application->state_size_bytes,
        .seed = options->seed,
        .queue = options->queue,
        .partition_count = options->partition_count,
        .thread_count = options->thread_count,
        .lookahead = network->lookahead,
        .permute_ties = options->permute_ties,
        .context = network,
        .minimum_delay = minimum_delay,
        .interrupt = options->interrupt,
    };
    PartitionPlan plan = {0};
    network_cut(network, &execution, &plan);
    network->simulation = simulation_new(&execution);
    partition_plan_clear(&plan);
    for (unsigned i = 0; i < network->kind_count; i++) {
        simulation_add_kind(network->simulation, &network->kinds[i]);
    }
}

bool network_prepare(Network *network, FaultPlan *plan, Recorder *recorder, int64_t run_id,
                     GError **error)
{
    network->recorder = recorder;
    network->run_id = run_id;
    network->records_snapshots &= recorder != NULL;
    network->plan = plan != NULL
                        ? plan
                        : fault_plan_new(&(FaultPlanContext){.application = network->application,
                                                             .peer_count = network->peer_count});
    fault_plan_sort(network->plan);
    if (!network_models_add_rows(network, error)) {
        return false;
    }
    if (network->snapshot != NULL) {
        snapshot_layer_prepare(network->snapshot, network->plan);
    }
    make_simulation(network);
    prepare_parts(network);
    record_peers(network);
    script(network);
    return true;
}
