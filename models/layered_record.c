/* SPDX-License-Identifier: MIT */
/* What the record learns of layered connections: the steps of a dial as spans, and what is in the
 * records on their way. */
#include "models/layered.h"

#include "models/stack.h"

/* Steps. */

static void begin(Host *host, Layered *layered, const char *name)
{
    if (layered->muxed.is_dialer && layered->muxed.connection != NULL) {
        const Span step = span_start(host, name, &layered->muxed.connection->account->span.context);
        layered->upgrade->step = g_memdup2(&step, sizeof step);
    }
}

static void end(Host *host, Layered *layered, const UpgradeCost *cost, bool has_failed)
{
    if (layered->upgrade->step == NULL) {
        return;
    }
    span_set_integer(layered->upgrade->step, "bytes_sent", cost->bytes_sent);
    span_set_integer(layered->upgrade->step, "bytes_received", cost->bytes_received);
    span_set_integer(layered->upgrade->step, "round_trips", cost->round_trips);
    if (has_failed) {
        span_end_error(host, layered->upgrade->step);
    } else {
        span_end(host, layered->upgrade->step);
    }
    g_clear_pointer(&layered->upgrade->step, g_free);
}

void layered_show_dial(Host *host, Layered *layered)
{
    begin(host, layered, "transport");
}

/* IPv4's headers and TCP's with a SYN's options, and those of the ACK. */
void layered_show_open(Host *host, Layered *layered)
{
    const uint32_t ack_bytes = host->network->tcp.timestamps ? 52 : 40;
    const UpgradeCost cost = {
        .bytes_sent = ack_bytes + 8, .bytes_received = ack_bytes + 8, .round_trips = 1};
    end(host, layered, &cost, false);
    layered->shown_step = layered->upgrade->state.step;
    begin(host, layered, upgrade_step_name((UpgradeStep)layered->shown_step));
}

void layered_show_step(Host *host, Layered *layered)
{
    const UpgradeStep step = (UpgradeStep)layered->upgrade->state.step;
    if (step == layered->shown_step || step == UPGRADE_FAILED) {
        return;
    }
    end(host, layered, &layered->upgrade->state.costs[layered->shown_step], false);
    layered->shown_step = (uint8_t)step;
    if (step < UPGRADE_DONE) {
        begin(host, layered, upgrade_step_name(step));
    }
}

void layered_show_failure(Host *host, Layered *layered)
{
    if (layered->upgrade != NULL && layered->shown_step < UPGRADE_DONE) {
        if (layered->upgrade->step != NULL) {
            span_set_text(layered->upgrade->step, "failure",
                          upgrade_failure_name((UpgradeFailure)layered->upgrade->state.failure));
        }
        end(host, layered, &layered->upgrade->state.costs[layered->shown_step], true);
    }
}

/* Records. */

static const LayeredPart *part_at(const TcpItem *item, uint32_t offset)
{
    const uint32_t body_bytes = item->size_bytes - (uint32_t)sizeof *item;
    return offset < body_bytes
               ? (const LayeredPart *)(const void *)((const uint8_t *)item->body + offset)
               : NULL;
}

static const ChannelItem *item_at(const MuxFrame *frame, uint32_t offset)
{
    return sizeof *frame + offset < frame->size_bytes
               ? (const ChannelItem *)(const void *)((const uint8_t *)frame->items + offset)
               : NULL;
}

void layered_messages(const TcpItem *item, void (*each)(void *data, const MessageHeader *header),
                      void *data)
{
    const LayeredPart *part;
    for (uint32_t at = 0; (part = part_at(item, at)) != NULL; at += part->size_bytes) {
        const MuxFrame *frame = (const MuxFrame *)(const void *)part->content;
        const ChannelItem *held;
        for (uint32_t offset = 0;
             part->kind == LAYERED_FRAME && (held = item_at(frame, offset)) != NULL;
             offset += held->size_bytes) {
            channel_item_messages(held, each, data);
        }
    }
}

/* All that decides: of messages their content, not what observers put on them. */
static uint64_t digest_item(const TcpItem *item)
{
    uint64_t digest = item->kind;
    const LayeredPart *part;
    for (uint32_t at = 0; (part = part_at(item, at)) != NULL; at += part->size_bytes) {
        if (part->kind == LAYERED_UPGRADE) {
            digest = mix_two(digest, mix_bytes(part->content, part->size_bytes - sizeof *part));
            continue;
        }
        const MuxFrame *frame = (const MuxFrame *)(const void *)part->content;
        digest = mix_two(digest, mix_bytes(frame, sizeof *frame));
        const ChannelItem *held;
        for (uint32_t offset = 0; (held = item_at(frame, offset)) != NULL;
             offset += held->size_bytes) {
            digest = mix_two(digest, channel_item_digest(held));
        }
    }
    return digest;
}

uint64_t layered_packet_digest(const EventContent *content)
{
    return tcp_packet_digest(content, digest_item);
}

/* What the session holds. */

typedef struct Unfinished {
    const Layered *layered;
    const char *fate;
} Unfinished;

static void record_unfinished(void *data, const MessageHeader *header)
{
    const Unfinished *unfinished = data;
    const Layered *layered = unfinished->layered;
    const EntityId self = layered->host->entity.id;
    message_record(layered->host, header, header->sender == self ? layered->muxed.peer : self,
                   RECORD_NO_TIME, unfinished->fate);
}

static void record_item(void *data, const ChannelItem *item)
{
    channel_item_messages(item, record_unfinished, data);
}

void layered_record_lost(void *user, const ChannelItem *item)
{
    const Layered *layered = user;
    if (!layered->host->network->is_finished) {
        record_item(&(Unfinished){layered, "reset"}, item);
    }
}

void layered_record_waiting(const Layered *layered)
{
    if (layered->session != NULL) {
        muxer_each_waiting(layered->session, record_item, &(Unfinished){layered, "in-flight"});
    }
}
