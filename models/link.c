/* SPDX-License-Identifier: MIT */
/* Links: the models in force for a pair at a time, asked with the link's own draws. */
#include "models/link.h"

#include "models/stack.h"

bool link_is_cut_at(const Host *host, EntityId peer, SimTime time)
{
    return fault_plan_is_cut(host->network->plan, time, host->entity.id, peer);
}

/* The number of the `set` row in force for this key, 0: the base model. */
static unsigned setting(const Host *host, const char *key, EntityId peer, SimTime time)
{
    const Network *network = host->network;
    return network->has_settings
               ? fault_plan_setting(network->plan, time, key, host->entity.id, peer)
               : 0;
}

static const LatencyModel *latency_of(const Host *host, EntityId peer, SimTime time)
{
    const Network *network = host->network;
    if (!network->has_settings) {
        return network_latency(network, 0, 0);
    }
    return network_latency(network, setting(host, "link.latency", peer, time),
                           setting(host, "link.jitter", peer, time));
}

/* A delay from a heavy tail may end after the end of time: it then takes until that end. */
static SimDuration within_time(SimTime time, SimDuration delay)
{
    return MIN(delay, SIM_TIME_MAX - time);
}

SimDuration link_delay_at(Host *host, EntityId peer, SimTime time, uint64_t purpose, uint64_t index)
{
    const EntityId self = host->entity.id;
    const Network *network = host->network;
    LatencyFate fate;
    const SimDuration delay =
        within_time(time, latency_model_send(latency_of(host, peer, time), self, peer,
                                             network->options.seed, purpose, index, &fate));
    if (fate == LATENCY_EXHAUSTED) {
        entity_fail(&host->entity,
                    "a link has more messages than its replay file, which has no then=");
    }
    const NetworkWitness *witness = network->options.witness;
    if (witness != NULL && witness->sent != NULL && purpose == network->latency_purpose) {
        witness->sent(witness->data, self, peer, index, time, delay);
    }
    return delay;
}

SimDuration link_message_delay(Host *host, Contact *contact)
{
    return link_delay_at(host, contact->peer, host_now(host), host->network->latency_purpose,
                         contact->messages++);
}

/* Controls have draws of their own, so that the n-th message of a link has the n-th draw and, with
 * replay, the n-th recorded delay. */
SimDuration link_control_delay(const Host *host, Contact *contact)
{
    const EntityId self = host->entity.id;
    const LatencyModel *model = latency_of(host, contact->peer, host_now(host));
    if (latency_model_is_replay(model)) {
        return latency_model_minimum(model, self, contact->peer);
    }
    const uint64_t key = random_key(host->network->options.seed, host->network->control_purpose,
                                    self, contact->peer);
    return within_time(host_now(host),
                       latency_model_delay(model, self, contact->peer, key, contact->controls++));
}

static bool decide_loss(const Host *host, Contact *contact)
{
    const Network *network = host->network;
    const EntityId self = host->entity.id;
    const uint64_t index = contact->messages - 1;
    const LossModel *model = network_loss(
        network, setting(host, "link.loss", contact->peer, host_now(host)), self, contact->peer);
    const uint64_t key =
        random_key(network->options.seed, network->loss_purpose, self, contact->peer);
    if (loss_model_decide(model, &contact->loss, key, index)) {
        return true;
    }
    const LatencyModel *latency = latency_of(host, contact->peer, host_now(host));
    const double on_path = latency_model_path_loss(latency, self, contact->peer);
    if (on_path > 0) {
        const uint64_t path_key =
            random_key(network->options.seed, network->path_loss_purpose, self, contact->peer);
        return random_chance(random_word(path_key, index), on_path);
    }
    return latency_model_fate(latency, self, contact->peer, index) == LATENCY_LOST;
}

/* Each control alone, at the long-run rate: a chain's state belongs to the messages. */
bool link_control_is_lost(const Host *host, Contact *contact)
{
    const Network *network = host->network;
    const double rate = loss_model_rate(
        network_loss(network, setting(host, "link.loss", contact->peer, host_now(host)),
                     host->entity.id, contact->peer));
    const uint64_t key = random_key(network->options.seed, network->control_loss_purpose,
                                    host->entity.id, contact->peer);
    return rate > 0 && random_chance(random_word(key, contact->controls - 1), rate);
}

bool link_message_is_lost(const Host *host, Contact *contact)
{
    const bool is_lost = decide_loss(host, contact);
    const NetworkWitness *witness = host->network->options.witness;
    if (is_lost && witness != NULL && witness->lost != NULL) {
        witness->lost(witness->data, host->entity.id, contact->peer, contact->messages - 1,
                      host_now(host));
    }
    return is_lost;
}

bool link_is_replayed(const Host *host, EntityId peer)
{
    return latency_model_is_replay(latency_of(host, peer, host_now(host)));
}

SimDuration link_minimum(const Network *network, EntityId sender, EntityId receiver)
{
    return network->has_settings
               ? network->lookahead
               : latency_model_minimum(network_latency(network, 0, 0), sender, receiver);
}

SimDuration link_lower_bound(const Network *network)
{
    SimDuration bound = SIM_TIME_MAX;
    for (guint i = 0; i < network->latencies->len; i++) {
        bound = MIN(bound, latency_model_lower_bound(g_ptr_array_index(network->latencies, i)));
    }
    return bound;
}
