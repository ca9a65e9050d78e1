/* SPDX-License-Identifier: MIT */
/* The models of a network: from the texts of its settings, and of the timeline's `set` rows. */
#include "models/peer.h"
#include "models/ranked.h"
#include "models/stack.h"
#include "sim/error.h"

#include <string.h>

void network_note_input(Network *network, const char *name)
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
        network_note_input(network, *input);
    }
    if (latency_model_loses(model) && !network->stack->allows_loss) {
        latency_model_free(model);
        g_autofree char *names = stack_names(STACK_LOSES);
        skein_refuse(error,
                     "stack %s loses nothing; '%s' loses messages, which needs stack.name: %s",
                     network->stack->name, latency, names);
        return NULL;
    }
    return model;
}

static bool check_loss(const Network *network, const LossModel *loss, GError **error)
{
    if (network->stack->allows_loss || loss_model_is_none(loss)) {
        return true;
    }
    g_autofree char *names = stack_names(STACK_LOSES);
    return skein_refuse(error, "stack %s loses nothing; loss needs stack.name: %s",
                        network->stack->name, names);
}

static bool add_loss(Network *network, const char *text, GError **error)
{
    LossModel *loss = loss_model_new(text, network->options.directory, error);
    if (loss == NULL) {
        return false;
    }
    g_ptr_array_add(network->losses, loss);
    network_note_input(network, loss_model_input(loss));
    return check_loss(network, loss, error);
}

static void *new_edge_loss(const char *text, void *data, GError **error)
{
    const Network *network = data;
    g_autoptr(LossModel) loss = loss_model_new(text, network->options.directory, error);
    return loss != NULL && check_loss(network, loss, error) ? g_steal_pointer(&loss) : NULL;
}

static void free_edge_loss(void *loss)
{
    loss_model_free(loss);
}

/* The base: one model for all links, or a table of them. */
static bool add_base_loss(Network *network, GError **error)
{
    const char *text = network->link.loss;
    if (!edge_values_is_asked_for(text)) {
        return add_loss(network, text, error);
    }
    const EdgeValuesRequest request = {.text = text,
                                       .directory = network->options.directory,
                                       .peers = network->peer_count,
                                       .column = "loss",
                                       .otherwise = "0",
                                       .parse = new_edge_loss,
                                       .free = free_edge_loss,
                                       .data = network};
    network->edge_losses = edge_values_new(&request, error);
    if (network->edge_losses == NULL) {
        return false;
    }
    network_note_input(network, edge_values_input(network->edge_losses));
    return add_loss(network, "0", error);
}

/* A rate that does nothing would be worse than an error. */
static bool check_path(const Network *network, GError **error)
{
    if (network->stack->receive_packet != NULL || !path_models_need_packets(&network->path)) {
        return true;
    }
    g_autofree char *names = stack_names(STACK_SENDS_PACKETS);
    return skein_refuse(error,
                        "stack %s sends whole messages that meet no rate, duplication or "
                        "corruption; these need stack.name: %s",
                        network->stack->name, names);
}

static bool check_record(const Network *network, GError **error)
{
    if (!network->record.packets || network->stack->receive_packet != NULL) {
        return true;
    }
    g_autofree char *names = stack_names(STACK_SENDS_PACKETS);
    skein_refuse(error, "stack %s sends no packets that could be recorded; stack.name: %s does",
                 network->stack->name, names);
    return settings_blame(network->options.values, "record.packets", error);
}

static bool build_path(Network *network, GError **error)
{
    const LinkSettings *link = &network->link;
    const PathSettings settings = {
        .texts = {[PATH_BANDWIDTH] = link->bandwidth,
                  [PATH_UP] = network->access.up,
                  [PATH_DOWN] = network->access.down,
                  [PATH_QUEUE] = link->queue,
                  [PATH_DUPLICATION] = link->duplication,
                  [PATH_CORRUPTION] = link->corruption},
        .access_queue = network->access.queue,
        .directory = network->options.directory,
        .peers = network->peer_count,
    };
    const char *fault = NULL;
    if (!path_models_init(&network->path, &settings, &fault, error)) {
        return settings_blame(network->options.values, fault, error);
    }
    for (PathKey key = 0; key < PATH_KEY_COUNT; key++) {
        if (network->path.tables[key] != NULL) {
            network_note_input(network, edge_values_input(network->path.tables[key]));
        }
    }
    if (!check_record(network, error)) {
        return false;
    }
    if (network->path.takes_path_bandwidth &&
        !latency_model_has_paths(network_latency(network, 0, 0))) {
        skein_refuse(error, "found 'graph', which needs link.latency: graph(FILE)");
        return settings_blame(network->options.values, "link.bandwidth", error);
    }
    if (!check_path(network, error)) {
        const bool is_pair = network->path.has_pair_port;
        const bool is_up = g_array_index(network->path.values[PATH_UP], int64_t, 0) != 0;
        return settings_blame(network->options.values,
                              is_pair                           ? "link.bandwidth"
                              : !network->path.has_access_ports ? network->path.has_copies
                                                                      ? "link.duplication"
                                                                      : "link.corruption"
                              : is_up                           ? "access.up"
                                                                : "access.down",
                              error);
    }
    return true;
}

static const char *build_quic(Network *network, GError **error)
{
    const QuicSettings *quic = &network->quic;
    const char *key = quic_settings_check(quic, network->link.mtu_bytes, error);
    if (key != NULL || g_str_equal(quic->blocked, "none")) {
        return key;
    }
    network->udp_blocked = peer_set_new(quic->blocked, network->peer_count,
                                        (const char *const *)network->peer_names, error);
    return network->udp_blocked == NULL ? "quic.blocked" : NULL;
}

/* What the settings of the stack mean together. Returns the full key at fault and sets the error,
 * or NULL. */
static const char *build_stack(Network *network, GError **error)
{
    const char *name = network->stack_settings.name;
    const bool is_ranked = network_is_ranked(network);
    if (is_ranked && (name = ranked_layers_name(name, error)) == NULL) {
        return "stack.name";
    }
    if (is_ranked && network->quic.early_data) {
        skein_refuse(error,
                     "found yes, which would have QUIC win before it has an answer; expected "
                     "no where dials are ranked");
        return "quic.early-data";
    }
    const bool has_quic = is_ranked || network->stack == &STACK_quic;
    const char *key = has_quic ? build_quic(network, error) : NULL;
    if (key == NULL && (has_quic || layers_are_named(name))) {
        key = layers_build(&network->layers, name, network->peer_count,
                           (const char *const *)network->peer_names, error);
    }
    return key;
}

bool network_models_build(Network *network, GError **error)
{
    GPtrArray *values = network->options.values;
    network->stack = stack_find(network->stack_settings.name);
    if (network->stack == NULL) {
        g_autofree char *names = stack_names(STACK_ANY);
        skein_refuse(error, "found '%s', expected %s", network->stack_settings.name, names);
        return settings_blame(values, "stack.name", error);
    }
    const char *key = tcp_settings_check(&network->tcp, network->link.mtu_bytes, error);
    if (key == NULL) {
        key = muxer_settings_check(&network->layers.muxers, error);
    }
    if (key == NULL && network->connections.low > network->connections.high) {
        skein_refuse(error, "found more than connections.high, expected at most that");
        key = "connections.low";
    }
    if (key == NULL) {
        key = build_stack(network, error);
    }
    if (key != NULL) {
        return settings_blame(values, key, error);
    }
    if (!add_base_loss(network, error)) {
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
    if (!build_path(network, error)) {
        return false;
    }
    network->topology = topology_new(&network->topology_options, network->peer_count,
                                     network->options.seed, network->options.directory, error);
    if (network->topology == NULL) {
        return settings_blame(values, "topology.kind", error);
    }
    network_note_input(network, topology_input(network->topology));
    note_all(network->warnings, topology_warnings(network->topology));
    return true;
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

/* A row of any other key; *ret_among is its number among the values of that key. */
static bool add_row(Network *network, const char *key, const char *value, unsigned *ret_among,
                    GError **error)
{
    if (g_str_equal(key, "link.loss")) {
        *ret_among = network->losses->len;
        return add_loss(network, value, error);
    }
    PathKey path_key = 0;
    while (!g_str_equal(path_key_name(path_key), key)) {
        path_key++;
    }
    *ret_among = network->path.values[path_key]->len;
    return path_models_add(&network->path, path_key, value, error) && check_path(network, error);
}

/* Compiles each `set` row, and every pairing of a latency with a jitter. */
bool network_models_add_rows(Network *network, GError **error)
{
    g_autoptr(GPtrArray) latencies = g_ptr_array_new();
    g_autoptr(GPtrArray) jitters = g_ptr_array_new();
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(unsigned));
    g_ptr_array_add(latencies, network->link.latency);
    g_ptr_array_add(jitters, network->link.jitter);
    const char *key, *value;
    for (unsigned number = 1; fault_plan_set_row(network->plan, number, &key, &value); number++) {
        unsigned among;
        if (g_str_equal(key, "link.latency") || g_str_equal(key, "link.jitter")) {
            GPtrArray *texts = g_str_equal(key, "link.latency") ? latencies : jitters;
            g_ptr_array_add(texts, (char *)(uintptr_t)value);
            among = texts->len - 1;
        } else if (!add_row(network, key, value, &among, error)) {
            g_prefix_error(error, "timeline: set %s: ", key);
            return false;
        }
        g_array_append_val(numbers, among);
    }
    network->has_settings = numbers->len > 0;
    network->has_changes = fault_plan_next_change(network->plan, INT64_MIN) != SIM_TIME_MAX;
    network->sends_packets =
        network->stack->always_sends_packets || path_models_need_packets(&network->path);
    network->row_numbers = (unsigned *)(void *)g_array_free(g_steal_pointer(&numbers), FALSE);
    return add_latencies(network, latencies, jitters, error);
}
