/* SPDX-License-Identifier: MIT */
/* Packets from station to station. Where a station answers at once when a packet will have left it,
 * the packet goes on to the next one with that time; an event is needed only to cross to the
 * receiver, and there to wait for the end of what its down link does. */
#include "models/packet_link.h"

#include "models/link.h"
#include "models/packet_station.h"
#include "models/stack.h"

#include <string.h>

/* Where a packet is, or goes on when its event comes. */
typedef enum Stage {
    STAGE_UP,
    STAGE_LINK,
    STAGE_WIRE,
    STAGE_FAR_LINK, /* these two with link.order: propagation-first */
    STAGE_FAR_LOSS,
    STAGE_DOWN,
    STAGE_HOST,
} Stage;

enum { DOOM_NONE, DOOM_LOST, DOOM_CORRUPTED };

static LinkOrder order_of(const Host *host)
{
    return (LinkOrder)host->network->link.order;
}

void packet_record(const Host *host, const Packet *packet, const void *content, SimTime received,
                   const char *fate)
{
    RecordBuffer *records = host_part(host)->records;
    if (records == NULL || !host->network->record.packets) {
        return;
    }
    PacketRow row = {
        .id = record_id(packet->sender, packet->number),
        .connection = packet->connection,
        .sender = packet->sender,
        .receiver = packet->receiver,
        .number = RECORD_NO_NUMBER,
        .acknowledged = RECORD_NO_NUMBER,
        .size_bytes = packet->size_bytes,
        .data_bytes = RECORD_NO_NUMBER,
        .window_bytes = RECORD_NO_NUMBER,
        .stamp = RECORD_NO_NUMBER,
        .echo = RECORD_NO_NUMBER,
        .sent = packet->sent,
        .received = received,
        .queued = packet->waited,
        .fate = fate,
        .duplicate_of = packet->original == 0 ? 0 : record_id(packet->sender, packet->original),
    };
    char text[PACKET_TEXT_BYTES];
    if (host->network->stack->describe_packet != NULL) {
        host->network->stack->describe_packet(packet, content, &row, text);
    }
    record_packet(records, &row);
}

/* The end of a packet, here. */

static void deliver(Host *host, const Packet *packet, const Packet *body)
{
    const NetworkPart *part = host_part(host);
    metric_add(part->metrics[METRIC_PACKET_LATENCY], host_now(host) - packet->sent);
    metric_add(part->metrics[METRIC_PACKET_QUEUEING], packet->waited);
    metric_add(part->metrics[METRIC_PACKET_LOSS], 0);
    packet_record(host, packet, body->content, host_now(host), "delivered");
    host->network->stack->receive_packet(host, body);
}

static void lose(const Host *host, const Packet *packet, const PacketContent *content,
                 const char *fate)
{
    const NetworkPart *part = host_part(host);
    metric_add(part->metrics[METRIC_PACKET_LOSS], 1);
    if (strcmp(fate, "queue-drop") == 0) {
        metric_add(part->metrics[METRIC_PACKET_DROP], packet->size_bytes);
    }
    packet_record(host, packet, content->head, RECORD_NO_TIME, fate);
    if (host->network->stack->packet_gone != NULL) {
        host->network->stack->packet_gone(host, packet, content->head, fate);
    }
}

static void reach_host(Host *host, const Packet *packet, const Packet *body)
{
    const PacketContent content = {.head = body->content};
    if (packet->doom == DOOM_CORRUPTED) {
        lose(host, packet, &content, "corrupted");
    } else if (host->is_crashed) {
        lose(host, packet, &content, "dead-peer");
        if (host->network->stack->refuse_packet != NULL) {
            host->network->stack->refuse_packet(host, body);
        }
    } else {
        deliver(host, packet, body);
    }
}

/* From station to station. */

static void post(Host *host, EntityId target, SimTime time, const Packet *packet,
                 const PacketContent *content)
{
    uint8_t *body = entity_post(&host->entity, target, time - host_now(host), KIND_PACKET,
                                (uint32_t)sizeof *packet + packet->content_size_bytes);
    if (packet->is_background) {
        entity_count_background(&host->entity, 1);
    }
    memcpy(body, packet, sizeof *packet);
    memcpy(body + sizeof *packet, content->head, content->head_size_bytes);
    if (content->tail_size_bytes > 0) {
        memcpy(body + sizeof *packet + content->head_size_bytes, content->tail,
               content->tail_size_bytes);
    }
}

/* Onto the wire at `time`: the receiver has it next. */
static void propagate(Host *host, Packet *packet, const PacketContent *content, SimTime time)
{
    const Network *network = host->network;
    if (link_is_cut_at(host, packet->receiver, time)) {
        lose(host, packet, content, "partitioned");
        return;
    }
    if (packet->doom == DOOM_LOST && order_of(host) == LINK_LOSS_LAST) {
        lose(host, packet, content, "lost");
        return;
    }
    const uint64_t purpose =
        packet->original == 0 ? network->latency_purpose : network->path.duplicate_purpose;
    SimTime arrival = time + link_delay_at(host, packet->receiver, time, purpose, packet->index);
    const bool may_overtake =
        network->link.reorder == LINK_REORDER_YES ||
        (network->link.reorder == LINK_REORDER_AUTO && !network->stack->has_connections);
    if (!may_overtake) {
        Contact *contact = contact_table_get(&host->contacts, packet->receiver);
        contact->floor = arrival = MAX(arrival, contact->floor);
    }
    packet->stage = order_of(host) != LINK_PROPAGATION_FIRST ? STAGE_DOWN
                    : network->path.has_pair_port            ? STAGE_FAR_LINK
                                                             : STAGE_FAR_LOSS;
    post(host, packet->receiver, arrival, packet, content);
}

/* At the sender, from its stage on. False when the host's own queue had no room. */
static bool leave(Host *host, Packet *packet, const PacketContent *content, SimTime time)
{
    const PathModels *path = &host->network->path;
    StationAnswer answer = STATION_PASSED;
    if (packet->stage == STAGE_UP) {
        if (path->has_access_ports) {
            answer = station_pass(host, STATION_UP, packet, content, &time);
        }
        if (answer == STATION_FULL) {
            lose(host, packet, content, "queue-drop");
            return false;
        }
        if (answer == STATION_HOLDS) {
            return true;
        }
        packet->stage = STAGE_LINK;
    }
    if (packet->stage == STAGE_LINK && path->has_pair_port &&
        order_of(host) != LINK_PROPAGATION_FIRST) {
        if (time > host_now(host) && station_is_managed(host, STATION_SENDING)) {
            post(host, host->entity.id, time, packet, content);
            return true;
        }
        answer = station_pass(host, STATION_SENDING, packet, content, &time);
    }
    if (answer == STATION_PASSED) {
        propagate(host, packet, content, time);
    } else if (answer == STATION_FULL) {
        lose(host, packet, content, "queue-drop");
    }
    return true;
}

/* At the receiver, from its stage on: through its stations at `time`, and to the host. `body` is
 * the packet with its content behind it. */
static void enter(Host *host, Packet *packet, const Packet *body, SimTime time)
{
    const PathModels *path = &host->network->path;
    const PacketContent content = {.head = body->content,
                                   .head_size_bytes = packet->content_size_bytes};
    StationAnswer answer = STATION_PASSED;
    if (packet->stage == STAGE_FAR_LINK) {
        answer = station_pass(host, STATION_RECEIVING, packet, &content, &time);
        packet->stage = STAGE_FAR_LOSS;
    }
    if (answer == STATION_PASSED && packet->stage == STAGE_FAR_LOSS) {
        if (packet->doom == DOOM_LOST) {
            lose(host, packet, &content, "lost");
            return;
        }
        packet->stage = STAGE_DOWN;
    }
    if (answer == STATION_PASSED && packet->stage == STAGE_DOWN && path->has_access_ports) {
        if (time > host_now(host) && station_is_managed(host, STATION_DOWN)) {
            post(host, host->entity.id, time, packet, &content);
            return;
        }
        answer = station_pass(host, STATION_DOWN, packet, &content, &time);
    }
    if (answer == STATION_FULL) {
        lose(host, packet, &content, "queue-drop");
    } else if (answer == STATION_PASSED && time > host_now(host)) {
        packet->stage = STAGE_HOST;
        post(host, host->entity.id, time, packet, &content);
    } else if (answer == STATION_PASSED) {
        reach_host(host, packet, body);
    }
}

void packet_continue(Host *host, Packet *packet, SimTime time)
{
    const PacketContent content = {.head = packet->content,
                                   .head_size_bytes = packet->content_size_bytes};
    packet->stage++;
    if (packet->stage == STAGE_LINK) {
        leave(host, packet, &content, time);
    } else if (packet->stage == STAGE_WIRE) {
        propagate(host, packet, &content, time);
    } else {
        enter(host, packet, packet, time);
    }
}

void packet_drop(Host *host, const Packet *packet)
{
    lose(host, packet,
         &(PacketContent){.head = packet->content, .head_size_bytes = packet->content_size_bytes},
         "queue-drop");
}

static double probability_of(const Host *host, PathKey key, EntityId peer)
{
    const Network *network = host->network;
    const unsigned value = path_value_in_force(network, key, host_now(host), host->entity.id, peer);
    return g_array_index(network->path.values[key], double, value);
}

/* What becomes of a packet on the link, drawn when it is sent. */

static uint64_t word_of(const Host *host, uint64_t purpose, const Packet *packet)
{
    const uint64_t key =
        random_key(host->network->options.seed, purpose, packet->sender, packet->receiver);
    return random_pair(key, packet->index, packet->original == 0 ? 0 : 1).first;
}

static bool is_corrupted(const Host *host, const Packet *packet)
{
    return host->network->path.has_corruption &&
           random_chance(word_of(host, host->network->path.corruption_purpose, packet),
                         probability_of(host, PATH_CORRUPTION, packet->receiver));
}

static bool is_duplicated(const Host *host, const Packet *packet)
{
    return host->network->path.has_copies &&
           random_chance(word_of(host, host->network->path.duplication_purpose, packet),
                         probability_of(host, PATH_DUPLICATION, packet->receiver));
}

static void send_copy(Host *host, Packet *copy, const PacketContent *content)
{
    const Stack *stack = host->network->stack;
    copy->original = copy->number;
    copy->number = ++host->packets_made;
    copy->doom = is_corrupted(host, copy) ? DOOM_CORRUPTED : DOOM_NONE;
    g_autofree void *head = g_memdup2(content->head, content->head_size_bytes);
    if (stack->copied_packet != NULL) {
        stack->copied_packet(host, head);
    }
    PacketContent content_of_copy = *content;
    content_of_copy.head = head;
    leave(host, copy, &content_of_copy, host_now(host));
}

bool packet_send(Host *host, EntityId peer, const Packet *packet, const PacketContent *content)
{
    g_assert(entity_is_running(&host->entity) && host->network->sends_packets);
    Contact *contact = contact_table_get(&host->contacts, peer);
    Packet sent = {
        .connection = packet->connection,
        .flow = packet->flow,
        .size_bytes = packet->size_bytes,
        .content_size_bytes = content->head_size_bytes + content->tail_size_bytes,
        .sent = host_now(host),
        .sender = host->entity.id,
        .receiver = peer,
        .number = ++host->packets_made,
        .index = contact->messages++,
        .stage = STAGE_UP,
        .is_background = packet->is_background,
    };
    if (content->is_blocked) {
        lose(host, &sent, content, "blocked");
        return true;
    }
    if (content->is_whole && sent.size_bytes > packet_mtu(host, peer)) {
        lose(host, &sent, content, "too-big");
        return true;
    }
    const bool is_lost = link_message_is_lost(host, contact);
    if (is_lost && order_of(host) == LINK_LOSS_FIRST) {
        lose(host, &sent, content, "lost");
        return true;
    }
    Packet copy = sent;
    const bool has_copy = is_duplicated(host, &sent);
    sent.doom = is_lost ? DOOM_LOST : is_corrupted(host, &sent) ? DOOM_CORRUPTED : DOOM_NONE;
    const bool is_taken = leave(host, &sent, content, host_now(host));
    if (has_copy) {
        send_copy(host, &copy, content);
    }
    return is_taken;
}

uint32_t packet_mtu(const Host *host, EntityId peer)
{
    (void)peer;
    return (uint32_t)host->network->link.mtu_bytes;
}

void packet_arrived(Entity *self, const EventContent *content)
{
    const Packet *body = content->body;
    Packet packet = *body;
    if (packet.is_background) {
        entity_count_background(self, -1);
    }
    if (packet.stage > STAGE_WIRE) {
        enter(host_of(self), &packet, body, entity_now(self));
        return;
    }
    const PacketContent of_body = {.head = body->content,
                                   .head_size_bytes = packet.content_size_bytes};
    leave(host_of(self), &packet, &of_body, entity_now(self));
}

uint64_t packet_digest(const EventContent *content)
{
    const Packet *packet = content->body;
    return mix_two(packet_head_digest(packet),
                   mix_bytes(packet->content, packet->content_size_bytes));
}

uint64_t packet_head_digest(const Packet *packet)
{
    uint64_t digest = mix_two((uint64_t)packet->sent, (uint64_t)packet->waited);
    digest = mix_two(digest, (uint64_t)packet->sender << 32 | packet->number);
    digest = mix_two(digest, (uint64_t)packet->size_bytes << 32 | packet->original);
    return mix_two(digest, (uint64_t)packet->stage << 16 | packet->doom);
}

void packet_is_in_flight(const Host *host, const Packet *packet)
{
    packet_record(host, packet, packet->content, RECORD_NO_TIME, "in-flight");
    if (host->network->stack->packet_gone != NULL) {
        host->network->stack->packet_gone(host, packet, packet->content, "in-flight");
    }
}
