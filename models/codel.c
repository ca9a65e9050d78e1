/* SPDX-License-Identifier: MIT */
/* The control law and its states, after section 5 of RFC 8289. */
#include "models/codel.h"

#include "sim/exact_math.h"

/* Drops that follow one another within so many intervals belong to one spell of congestion. */
static const SimDuration SPELL_INTERVALS = 16;

void codel_add(CodelQueue *queue, QueueItem *item)
{
    item->next = NULL;
    if (queue->last == NULL) {
        queue->first = item;
    } else {
        queue->last->next = item;
    }
    queue->last = item;
    queue->waiting_bytes += item->size_bytes;
    queue->waiting_packets++;
    queue->packet_bytes_max = MAX(queue->packet_bytes_max, item->size_bytes);
}

QueueItem *codel_pop(CodelQueue *queue)
{
    QueueItem *item = queue->first;
    if (item != NULL) {
        queue->first = item->next;
        queue->last = queue->first == NULL ? NULL : queue->last;
        queue->waiting_bytes -= item->size_bytes;
        queue->waiting_packets--;
        item->next = NULL;
    }
    return item;
}

static SimTime control_law(const QueuePolicy *policy, SimTime time, uint32_t count)
{
    return time + exact_integer((double)policy->interval / exact_sqrt((double)count));
}

/* The head, and whether it has been too late for long enough. */
static QueueItem *pop_and_judge(CodelQueue *queue, const QueuePolicy *policy, SimTime now,
                                bool *ret_may_drop)
{
    QueueItem *item = codel_pop(queue);
    CodelState *state = &queue->state;
    *ret_may_drop = false;
    if (item == NULL || now - item->enqueued < policy->target ||
        queue->waiting_bytes <= queue->packet_bytes_max) {
        state->first_above = 0;
    } else if (state->first_above == 0) {
        state->first_above = now + policy->interval;
    } else {
        *ret_may_drop = now >= state->first_above;
    }
    return item;
}

static void drop(QueueItem *item, QueueItem **dropped)
{
    item->next = *dropped;
    *dropped = item;
}

static QueueItem *go_on_dropping(CodelQueue *queue, const QueuePolicy *policy, SimTime now,
                                 QueueItem *item, bool may_drop, QueueItem **dropped)
{
    CodelState *state = &queue->state;
    state->is_dropping = may_drop;
    while (state->is_dropping && now >= state->drop_next) {
        drop(item, dropped);
        state->count++;
        item = pop_and_judge(queue, policy, now, &may_drop);
        state->is_dropping = may_drop;
        if (may_drop) {
            state->drop_next = control_law(policy, state->drop_next, state->count);
        }
    }
    return item;
}

/* A new spell begins at the rate at which a recent one ended. */
static QueueItem *begin_dropping(CodelQueue *queue, const QueuePolicy *policy, SimTime now,
                                 QueueItem *item, QueueItem **dropped)
{
    CodelState *state = &queue->state;
    bool may_drop;
    drop(item, dropped);
    item = pop_and_judge(queue, policy, now, &may_drop);
    const uint32_t recent = state->count - state->last_count;
    const bool is_same_spell = now - state->drop_next < SPELL_INTERVALS * policy->interval;
    state->is_dropping = true;
    state->count = recent > 1 && is_same_spell ? recent : 1;
    state->drop_next = control_law(policy, now, state->count);
    state->last_count = state->count;
    return item;
}

QueueItem *codel_take(CodelQueue *queue, const QueuePolicy *policy, SimTime now,
                      QueueItem **dropped)
{
    bool may_drop;
    QueueItem *item = pop_and_judge(queue, policy, now, &may_drop);
    if (item == NULL) {
        queue->state.is_dropping = false;
        return NULL;
    }
    if (queue->state.is_dropping) {
        return go_on_dropping(queue, policy, now, item, may_drop, dropped);
    }
    return may_drop ? begin_dropping(queue, policy, now, item, dropped) : item;
}
