/* SPDX-License-Identifier: MIT */
/* From settings to models, from models to a simulation full of hosts. */
#include "models/network.h"

#include "models/link.h"
#include "models/peer_names.h"
#include "models/receive.h"
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

static void note_input(Network *network, const char *name)
{
    for (guint i = 0; name != NULL && i < network->inputs->len; i++) {
        if (g_str_equal(g_ptr_array_index(network->inputs, i), name)) {
            return;
        }
    }
    if (name != NULL) {
        g_ptr_array_add(network->inputs, g_strdup(name));
    }
}

static void note_all(GPtrArray *to, const char *const *texts)
{
    for (; texts != NULL && *texts != NULL; texts++) {
        g_ptr_array_add(to, g_strdup(*texts));
    }
}

/* Models. */

static LatencyModel *new_latency(Network *network, const char *latency, const char *jitter,
                                 const char **ret_fault, GError **error)
{
    const bool is_default = g_str_equal(network->peers.attach, "round-robin");
    const LatencyContext context = {.peers = network->peer_count,
                                    .directory = network->options.directory,
                                    .jitter = jitter,
                                    .fault = ret_fault,
                                    .attach = is_default ? NULL : network->peers.attach};
    LatencyModel *model = latency_model_new(latency, &context, error);
    if (model == NULL) {
        return NULL;
    }
    for (const char *const *input = latency_model_inputs(model); *input != NULL; input++) {
        note_input(network, *input);
    }
    if (latency_model_loses(model) && !network->stack->allows_loss) {
        latency_model_free(model);
        skein_refuse(
            error, "stack %s loses nothing; '%s' loses messages, which needs stack.name: datagram",
            network->stack->name, latency);
        return NULL;
    }
    return model;
}

static bool check_loss(const Network *network, const LossModel *loss, GError **error)
{
    if (network->stack->allows_loss || loss_model_is_none(loss)) {
        return true;
    }
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                "stack %s loses nothing; loss needs stack.name: datagram", network->stack->name);
    return false;
}

static bool add_loss(Network *network, const char *text, GError **error)
{
    LossModel *loss = loss_model_new(text, network->options.directory, error);
    if (loss == NULL) {
        return false;
    }
    g_ptr_array_add(network->losses, loss);
    note_input(network, loss_model_input(loss));
    return check_loss(network, loss, error);
}

static bool build_models(Network *network, GError **error)
{
    GPtrArray *values = network->options.values;
    network->stack = stack_find(network->stack_settings.name);
    if (network->stack == NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected ideal or datagram",
                    network->stack_settings.name);
        return settings_blame(values, "stack.name", error);
    }
    if (!add_loss(network, network->link.loss, error)) {
        return settings_blame(values, "link.loss", error);
    }
    const char *fault = "link.latency";
    LatencyModel *latency =
        new_latency(network, network->link.latency, network->link.jitter, &fault, error);
    if (latency == NULL) {
        return settings_blame(values, fault, error);
    }
    g_ptr_array_add(network->latencies, latency);
    note_all(network->warnings, latency_model_warnings(latency));
    network->topology = topology_new(&network->topology_options, network->peer_count,
                                     network->options.seed, network->options.directory, error);
    if (network->topology == NULL) {
        return settings_blame(values, "topology.kind", error);
    }
    note_input(network, topology_input(network->topology));
    note_all(network->warnings, topology_warnings(network->topology));
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
    network->metric_names[METRIC_DIAL_TIME] = g_strdup("dial.time");
    network->metric_names[METRIC_MESSAGE_LATENCY] = g_strdup("message.latency");
    network->metric_names[METRIC_MESSAGE_LOSS] = g_strdup("message.loss");
    for (unsigned i = 0; i < metrics; i++) {
        network->metric_names[METRIC_FIRST + i] =
            g_strdup_printf("%s.%s", application->name, application->metrics[i].name);
    }
    network->kind_count = KIND_TIMER_FIRST + timers;
    network->kinds = g_new0(EventKind, network->kind_count);
    memcpy(network->kinds, NETWORK_KINDS, sizeof NETWORK_KINDS);
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
    network->path_loss_purpose = random_purpose("link.path-loss");
    if (!network_settings_read(network, error) || !read_level(network, error) ||
        !build_models(network, error) || !peer_names_settle(network, error)) {
        return NULL;
    }
    if (!check_application(network, error)) {
        return NULL;
    }
    survey_application(network);
    return g_steal_pointer(&network);
}

/* The timeline's changes of links. */

static bool add_latencies(Network *network, const GPtrArray *latencies, const GPtrArray *jitters,
                          GError **error)
{
    network->latency_rows = latencies->len - 1;
    network->jitter_rows = jitters->len - 1;
    for (guint row = 0; row < latencies->len; row++) {
        for (guint column = row == 0 ? 1 : 0; column < jitters->len; column++) {
            LatencyModel *model = new_latency(network, g_ptr_array_index(latencies, row),
                                              g_ptr_array_index(jitters, column), NULL, error);
            if (model == NULL) {
                g_prefix_error(error, "timeline: set link.%s: ", row == 0 ? "jitter" : "latency");
                return false;
            }
            g_ptr_array_add(network->latencies, model);
        }
    }
    return true;
}

/* Compiles each `set` row, and every pairing of a latency with a jitter. */
static bool build_settings(Network *network, GError **error)
{
    g_autoptr(GPtrArray) latencies = g_ptr_array_new();
    g_autoptr(GPtrArray) jitters = g_ptr_array_new();
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(unsigned));
    g_ptr_array_add(latencies, network->link.latency);
    g_ptr_array_add(jitters, network->link.jitter);
    const char *key, *value;
    for (unsigned number = 1; fault_plan_set_row(network->plan, number, &key, &value); number++) {
        unsigned among;
        if (g_str_equal(key, "loss")) {
            if (!add_loss(network, value, error)) {
                g_prefix_error(error, "timeline: set link.loss: ");
                return false;
            }
            among = network->losses->len - 1;
        } else {
            GPtrArray *texts = g_str_equal(key, "latency") ? latencies : jitters;
            g_ptr_array_add(texts, (char *)(uintptr_t)value);
            among = texts->len - 1;
        }
        g_array_append_val(numbers, among);
    }
    network->has_settings = numbers->len > 0;
    network->row_numbers = (unsigned *)(void *)g_array_free(g_steal_pointer(&numbers), FALSE);
    return add_latencies(network, latencies, jitters, error);
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
        part->metrics = g_new0(Metric *, network->metric_count);
        for (unsigned i = 0; i < network->metric_count; i++) {
            part->metrics[i] = metric_new();
        }
        partition_set_context(simulation_partition(network->simulation, k), part);
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

bool network_prepare(Network *network, FaultPlan *plan, Recorder *recorder, int64_t run_id,
                     GError **error)
{
    const NetworkOptions *options = &network->options;
    network->recorder = recorder;
    network->run_id = run_id;
    network->plan = plan != NULL
                        ? plan
                        : fault_plan_new(&(FaultPlanContext){.application = network->application,
                                                             .peer_count = network->peer_count});
    fault_plan_sort(network->plan);
    if (!build_settings(network, error)) {
        return false;
    }
    const bool has_coordinator = network->application->has_coordinator;
    network->lookahead = has_coordinator ? 1 : link_lower_bound(network);
    network->simulation = simulation_new(&(SimulationOptions){
        .entity_count = network->peer_count + (has_coordinator ? 1 : 0),
        .entity_size_bytes = sizeof(Host) + network->application->state_size_bytes,
        .seed = options->seed,
        .queue = options->queue,
        .partition_count = options->partition_count,
        .lookahead = network->lookahead,
        .permute_ties = options->permute_ties,
        .context = network,
        .minimum_delay = minimum_delay,
        .interrupt = options->interrupt,
    });
    for (unsigned i = 0; i < network->kind_count; i++) {
        simulation_add_kind(network->simulation, &network->kinds[i]);
    }
    for (EntityId id = 0; id < simulation_entity_count(network->simulation); id++) {
        host_of(simulation_entity(network->simulation, id))->network = network;
    }
    prepare_parts(network);
    record_peers(network);
    script(network);
    return true;
}
