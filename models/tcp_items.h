/* SPDX-License-Identifier: MIT */
/* What the bytes of a stream mean: messages, ends of streams, records. An item stands at a place of
 * the stream: the receiver has it when all before `end` has arrived. Its bytes travel in the
 * segment that carries the byte before `end`, and again with each repetition of it; what came out
 * of order waits. The sender keeps an item until it is acknowledged. Items lie one behind the other
 * in one block, so that those of a segment are copied to a packet as they lie. */
#ifndef MODELS_TCP_ITEMS_H
#define MODELS_TCP_ITEMS_H

#include "sim/block_pool.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct TcpItem {
    uint64_t end;
    uint32_t size_bytes; /* of all of it, a multiple of 8 */
    uint32_t kind;       /* of whoever writes and reads items */
    uint64_t body[];
} TcpItem;

typedef struct TcpItems {
    BlockPool *blocks; /* that all of it is of; NULL: it is of the heap */
    uint8_t *sent;     /* not acknowledged yet, in the order of the stream */
    uint32_t head, tail, capacity;
    uint32_t cursor; /* past what stands at or before cursor_place */
    uint64_t cursor_place;
    TcpItem **early; /* arrived out of order, in the order of the stream */
    uint32_t early_count, early_capacity;
} TcpItems;

TcpItems *tcp_items_new(BlockPool *blocks);
void tcp_items_free(TcpItems *items);

static inline bool tcp_items_are_none(const TcpItems *items)
{
    return items->head == items->tail && items->early_count == 0;
}

/* A new item of the sender's, behind the others; the body is to be filled in. */
void *tcp_items_add(TcpItems *items, uint64_t end, uint32_t kind, uint32_t body_size_bytes);
/* Those that stand in (start, end] of the stream, as they lie; NULL when there are none. */
const TcpItem *tcp_items_within(TcpItems *items, uint64_t start, uint64_t end,
                                uint32_t *ret_size_bytes);
/* All before that place has been acknowledged. */
void tcp_items_acknowledge(TcpItems *items, uint64_t place);
/* The sender's first item, then the one after it; NULL past the last. */
const TcpItem *tcp_items_next(const TcpItems *items, const TcpItem *after);

/* Keeps a copy of what came out of order, unless it is there. */
void tcp_items_keep(TcpItems *items, const TcpItem *item);
/* The first that waits, up to that place, which is the caller's then, to be given back to the pool
 * or the heap; NULL: none. */
TcpItem *tcp_items_take_early(TcpItems *items, uint64_t place);

#endif
