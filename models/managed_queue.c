/* SPDX-License-Identifier: MIT */
/* Turns of flows. */
#include "models/managed_queue.h"

#include "sim/mix.h"

typedef enum Turn { TURN_NONE, TURN_NEW, TURN_OLD } Turn;

typedef struct Flow {
    CodelQueue queue;
    struct Flow *next; /* in its list */
    int64_t deficit_bytes;
    Turn turn;
} Flow;

typedef struct FlowList {
    Flow *first, *last;
} FlowList;

struct ManagedQueue {
    const QueuePolicy *policy;
    uint64_t waiting_bytes;
    uint32_t waiting_packets;
    uint32_t flow_count;
    FlowList news, olds;
    Flow flows[];
};

ManagedQueue *managed_queue_new(const QueuePolicy *policy)
{
    g_assert(queue_policy_is_managed(policy));
    const uint32_t flows = policy->kind == QUEUE_FQ_CODEL ? policy->flows : 1;
    ManagedQueue *queue = g_malloc0(sizeof *queue + flows * sizeof(Flow));
    queue->policy = policy;
    queue->flow_count = flows;
    return queue;
}

static void forget(ManagedQueue *queue, const QueueItem *item)
{
    queue->waiting_bytes -= item->size_bytes;
    queue->waiting_packets--;
}

QueueItem *managed_queue_remove(ManagedQueue *queue)
{
    for (uint32_t i = 0; queue->waiting_packets > 0 && i < queue->flow_count; i++) {
        QueueItem *item = codel_pop(&queue->flows[i].queue);
        if (item != NULL) {
            forget(queue, item);
            return item;
        }
    }
    return NULL;
}

void managed_queue_free(ManagedQueue *queue)
{
    if (queue != NULL) {
        for (QueueItem *item; (item = managed_queue_remove(queue)) != NULL;) {
            g_free(item);
        }
        g_free(queue);
    }
}

QueueItem *queue_item_new(uint32_t body_size_bytes)
{
    QueueItem *item = g_malloc(sizeof *item + body_size_bytes);
    *item = (QueueItem){.body_size_bytes = body_size_bytes};
    return item;
}

static void list_append(FlowList *list, Flow *flow)
{
    flow->next = NULL;
    if (list->last == NULL) {
        list->first = flow;
    } else {
        list->last->next = flow;
    }
    list->last = flow;
}

static void list_remove_first(FlowList *list)
{
    list->first = list->first->next;
    if (list->first == NULL) {
        list->last = NULL;
    }
}

static bool is_too_much(const ManagedQueue *queue, uint64_t more_bytes, uint64_t more_packets)
{
    return queue->policy->counts_bytes
               ? queue->waiting_bytes + more_bytes > queue->policy->limit
               : queue->waiting_packets + more_packets > queue->policy->limit;
}

static QueueItem *drop_from_longest(ManagedQueue *queue)
{
    Flow *longest = &queue->flows[0];
    for (uint32_t i = 1; i < queue->flow_count; i++) {
        if (queue->flows[i].queue.waiting_bytes > longest->queue.waiting_bytes) {
            longest = &queue->flows[i];
        }
    }
    QueueItem *item = codel_pop(&longest->queue);
    forget(queue, item);
    return item;
}

QueueItem *managed_queue_add(ManagedQueue *queue, SimTime now, QueueItem *item)
{
    item->enqueued = now;
    item->next = NULL;
    if (queue->policy->kind == QUEUE_CODEL && is_too_much(queue, item->size_bytes, 1)) {
        return item;
    }
    Flow *flow = &queue->flows[mix_two(item->flow, 0) % queue->flow_count];
    codel_add(&flow->queue, item);
    queue->waiting_bytes += item->size_bytes;
    queue->waiting_packets++;
    if (flow->turn == TURN_NONE) {
        flow->turn = TURN_NEW;
        flow->deficit_bytes = queue->policy->quantum_bytes;
        list_append(&queue->news, flow);
    }
    QueueItem *dropped = NULL;
    while (is_too_much(queue, 0, 0)) {
        QueueItem *longest = drop_from_longest(queue);
        longest->next = dropped;
        dropped = longest;
    }
    return dropped;
}

static QueueItem *take_from(ManagedQueue *queue, Flow *flow, SimTime now, QueueItem **dropped)
{
    QueueItem *before = *dropped;
    QueueItem *item = codel_take(&flow->queue, queue->policy, now, dropped);
    for (const QueueItem *at = *dropped; at != before; at = at->next) {
        forget(queue, at);
    }
    if (item != NULL) {
        forget(queue, item);
    }
    return item;
}

/* RFC 8290, 4.2. */
static QueueItem *take_in_turn(ManagedQueue *queue, SimTime now, QueueItem **dropped)
{
    for (;;) {
        FlowList *list = queue->news.first != NULL ? &queue->news : &queue->olds;
        Flow *flow = list->first;
        if (flow == NULL) {
            return NULL;
        }
        if (flow->deficit_bytes <= 0) {
            flow->deficit_bytes += queue->policy->quantum_bytes;
            list_remove_first(list);
            list_append(&queue->olds, flow);
            flow->turn = TURN_OLD;
            continue;
        }
        QueueItem *item = take_from(queue, flow, now, dropped);
        if (item != NULL) {
            flow->deficit_bytes -= item->size_bytes;
            return item;
        }
        /* A new flow that ran empty waits behind the old ones once, lest it jump ahead again. */
        list_remove_first(list);
        if (flow->turn == TURN_NEW && queue->olds.first != NULL) {
            flow->turn = TURN_OLD;
            list_append(&queue->olds, flow);
        } else {
            flow->turn = TURN_NONE;
        }
    }
}

QueueItem *managed_queue_take(ManagedQueue *queue, SimTime now, QueueItem **ret_dropped)
{
    *ret_dropped = NULL;
    return queue->policy->kind == QUEUE_CODEL ? take_from(queue, &queue->flows[0], now, ret_dropped)
                                              : take_in_turn(queue, now, ret_dropped);
}

uint64_t managed_queue_waiting_bytes(const ManagedQueue *queue)
{
    return queue->waiting_bytes;
}

uint32_t managed_queue_waiting_packets(const ManagedQueue *queue)
{
    return queue->waiting_packets;
}
