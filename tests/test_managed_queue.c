/* SPDX-License-Identifier: MIT */
/* CoDel and FQ-CoDel without any engine: one packet is taken each millisecond. */
#include "tests/suite.h"

#include "models/managed_queue.h"

#include <math.h>

static QueuePolicy policy_of(const char *text)
{
    QueuePolicy policy;
    CU_ASSERT_FATAL(queue_policy_parse(text, &policy, NULL));
    return policy;
}

static QueueItem *item_of(uint64_t flow, uint32_t size_bytes)
{
    QueueItem *item = queue_item_new(0);
    item->flow = flow;
    item->size_bytes = size_bytes;
    return item;
}

static unsigned free_all(QueueItem *items)
{
    unsigned count = 0;
    for (; items != NULL; count++) {
        QueueItem *next = items->next;
        g_free(items);
        items = next;
    }
    return count;
}

/* Two packets come for each that leaves, from time 0. The sojourn time of the n-th to leave, at
 * n ms, is n/2 ms: it passes the target at 10 ms, has been above it for an interval at 110 ms, and
 * then drops come 100 ms / sqrt(k) after one another (RFC 8289, 4.3). */
static void codel_drops_by_the_square_root_law(void)
{
    const QueuePolicy policy = policy_of("codel(target=5ms, interval=100ms, limit=unlimited)");
    g_autoptr(ManagedQueue) queue = managed_queue_new(&policy);
    double expected = 110;
    unsigned drops = 0;
    for (int ms = 0; ms < 1000; ms++) {
        const SimTime now = ms * SIM_MILLISECOND;
        for (int k = 0; k < 2; k++) {
            CU_ASSERT_PTR_NULL(managed_queue_add(queue, now, item_of(0, 1000)));
        }
        QueueItem *dropped = NULL, *item = managed_queue_take(queue, now, &dropped);
        CU_ASSERT_PTR_NOT_NULL(item);
        g_free(item);
        if (dropped != NULL) {
            CU_ASSERT_DOUBLE_EQUAL(ms, ceil(expected), 1);
            CU_ASSERT_EQUAL(free_all(dropped), 1);
            drops++;
            expected += 100 / sqrt(drops);
        }
    }
    CU_ASSERT(drops > 20 && expected > 998); /* the next one is due after the end */
}

static void codel_spares_short_queues(void)
{
    const QueuePolicy policy = policy_of("codel(target=5ms, interval=100ms)");
    /* Four wait at any time, or one packet alone waits long: both are fine. */
    for (int waiting = 1; waiting <= 4; waiting += 3) {
        g_autoptr(ManagedQueue) queue = managed_queue_new(&policy);
        const SimDuration gap = waiting == 1 ? 50 * SIM_MILLISECOND : SIM_MILLISECOND;
        for (int n = 0; n < 1000; n++) {
            CU_ASSERT_PTR_NULL(managed_queue_add(queue, n * gap, item_of(0, 1500)));
            QueueItem *dropped = NULL;
            if (n >= waiting) {
                g_free(managed_queue_take(queue, n * gap, &dropped));
            }
            CU_ASSERT_PTR_NULL(dropped);
        }
    }
}

static void codel_refuses_what_exceeds_its_limit(void)
{
    const QueuePolicy policy = policy_of("codel(limit=2500B)");
    g_autoptr(ManagedQueue) queue = managed_queue_new(&policy);
    CU_ASSERT_PTR_NULL(managed_queue_add(queue, 0, item_of(0, 1000)));
    CU_ASSERT_PTR_NULL(managed_queue_add(queue, 0, item_of(0, 1000)));
    QueueItem *third = item_of(0, 1000);
    CU_ASSERT_PTR_EQUAL(managed_queue_add(queue, 0, third), third);
    g_free(third);
    CU_ASSERT_EQUAL(managed_queue_waiting_bytes(queue), 2000);
}

/* A flow of large packets and one of small ones get the same bytes; one that has little to send
 * never waits for a turn of theirs. */
static void fq_codel_shares_by_bytes_and_lets_sparse_flows_pass(void)
{
    const QueuePolicy policy = policy_of("fq-codel(limit=unlimited, target=10s, interval=100s)");
    g_autoptr(ManagedQueue) queue = managed_queue_new(&policy);
    uint64_t sent[3] = {0};
    for (int n = 0; n < 3000; n++) {
        const SimTime now = n * SIM_MILLISECOND;
        CU_ASSERT_PTR_NULL(managed_queue_add(queue, now, item_of(0, 1500)));
        for (int k = 0; k < 5; k++) {
            CU_ASSERT_PTR_NULL(managed_queue_add(queue, now, item_of(1, 300)));
        }
        if (n % 10 == 0) {
            CU_ASSERT_PTR_NULL(managed_queue_add(queue, now, item_of(2, 100)));
        }
        QueueItem *dropped = NULL, *item = managed_queue_take(queue, now, &dropped);
        CU_ASSERT_PTR_NULL(dropped);
        CU_ASSERT_PTR_NOT_NULL_FATAL(item);
        sent[item->flow] += item->size_bytes;
        if (item->flow == 2 && n >= 20) { /* at first all flows are new */
            CU_ASSERT(now - item->enqueued <= SIM_MILLISECOND);
        }
        g_free(item);
    }
    CU_ASSERT_EQUAL(sent[2], 300 * 100);
    CU_ASSERT_DOUBLE_EQUAL((double)sent[0], (double)sent[1], 2 * 1514);
    CU_ASSERT(sent[0] > 500000);
}

static void fq_codel_drops_from_the_longest_queue(void)
{
    const QueuePolicy policy = policy_of("fq-codel(limit=10packets)");
    g_autoptr(ManagedQueue) queue = managed_queue_new(&policy);
    CU_ASSERT_PTR_NULL(managed_queue_add(queue, 0, item_of(1, 100)));
    for (int n = 0; n < 9; n++) {
        CU_ASSERT_PTR_NULL(managed_queue_add(queue, n + 1, item_of(0, 1000)));
    }
    QueueItem *dropped = managed_queue_add(queue, 10, item_of(2, 100));
    CU_ASSERT_PTR_NOT_NULL_FATAL(dropped);
    CU_ASSERT_EQUAL(dropped->flow, 0);
    CU_ASSERT_EQUAL(dropped->enqueued, 1); /* the oldest of the flow */
    CU_ASSERT_EQUAL(free_all(dropped), 1);
    CU_ASSERT_EQUAL(managed_queue_waiting_packets(queue), 10);
    CU_ASSERT_EQUAL(managed_queue_waiting_bytes(queue), 8200);
}

CU_TestInfo suite_managed_queue[] = {
    {"codel_drops_by_the_square_root_law", codel_drops_by_the_square_root_law},
    {"codel_spares_short_queues", codel_spares_short_queues},
    {"codel_refuses_what_exceeds_its_limit", codel_refuses_what_exceeds_its_limit},
    {"fq_codel_shares_by_bytes_and_lets_sparse_flows_pass",
     fq_codel_shares_by_bytes_and_lets_sparse_flows_pass},
    {"fq_codel_drops_from_the_longest_queue", fq_codel_drops_from_the_longest_queue},
    CU_TEST_INFO_NULL,
};
