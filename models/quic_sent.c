/* SPDX-License-Identifier: MIT */
/* A packet number space: what is out, and what it would take to send it again. */
#include "models/quic_part.h"

#include <string.h>

QuicSpace *quic_space_new(uint64_t crypto_bytes)
{
    QuicSpace *space = g_new0(QuicSpace, 1);
    space->crypto_bytes = crypto_bytes;
    space->loss_at = space->ack_at = SIM_TIME_MAX;
    return space;
}

void quic_space_free(QuicSpace *space)
{
    if (space == NULL) {
        return;
    }
    g_free(space->packets);
    g_free(space->frames);
    quic_ranges_clear(&space->crypto_acked);
    quic_ranges_clear(&space->crypto_lost);
    quic_ranges_clear(&space->crypto_islands);
    quic_ranges_clear(&space->received);
    g_free(space);
}

static void grow_packets(QuicSpace *space)
{
    const uint32_t capacity = MAX(8, 2 * space->packet_capacity);
    QuicSent *packets = g_new0(QuicSent, capacity);
    for (uint64_t number = space->first; number < space->next; number++) {
        packets[number & (capacity - 1)] = *quic_sent_at(space, number);
    }
    g_free(space->packets);
    space->packets = packets;
    space->packet_capacity = capacity;
}

QuicSent *quic_sent_add(QuicSpace *space)
{
    if (space->next - space->first == space->packet_capacity) {
        grow_packets(space);
    }
    QuicSent *sent = quic_sent_at(space, space->next++);
    *sent = (QuicSent){0};
    return sent;
}

void quic_sent_frame(QuicSpace *space, const QuicSentFrame *frame)
{
    if (space->frame_count == space->frame_capacity) {
        const uint32_t capacity = MAX(8, 2 * space->frame_capacity);
        QuicSentFrame *frames = g_new(QuicSentFrame, capacity);
        for (uint32_t i = 0; i < space->frame_count; i++) {
            const uint32_t at = (space->frame_head + i) & (space->frame_capacity - 1);
            frames[i] = space->frames[at];
        }
        g_free(space->frames);
        space->frames = frames;
        space->frame_capacity = capacity;
        space->frame_head = 0;
    }
    const uint32_t at = (space->frame_head + space->frame_count++) & (space->frame_capacity - 1);
    space->frames[at] = *frame;
    quic_sent_at(space, space->next - 1)->frame_count++;
}

void quic_sent_each(Quic *quic, QuicSpace *space, uint64_t number, QuicEachFrame *each)
{
    uint32_t before = 0;
    for (uint64_t i = space->first; i < number; i++) {
        before += quic_sent_at(space, i)->frame_count;
    }
    for (uint32_t i = 0; i < quic_sent_at(space, number)->frame_count; i++) {
        const uint32_t at = (space->frame_head + before + i) & (space->frame_capacity - 1);
        const QuicSentFrame frame = space->frames[at];
        each(quic, space, &frame);
    }
}

void quic_sent_trim(QuicSpace *space)
{
    while (space->first < space->next && quic_sent_at(space, space->first)->fate != QUIC_OUT) {
        const uint32_t count = quic_sent_at(space, space->first)->frame_count;
        space->frame_head = (space->frame_head + count) & (space->frame_capacity - 1);
        space->frame_count -= count;
        space->first++;
    }
    if (space->first == space->next) { /* an idle connection is to be small */
        g_clear_pointer(&space->packets, g_free);
        g_clear_pointer(&space->frames, g_free);
        space->packet_capacity = space->frame_capacity = space->frame_head = 0;
    }
}
