/* SPDX-License-Identifier: MIT */
/* Windows: see sim/windows.h. */
#include "sim/windows.h"

#include "sim/crew.h"

#include <string.h>

typedef struct Job {
    Simulation *simulation;
    SimTime limit;
    uint64_t most;
} Job;

/* What everybody knows at a meeting, from the reports of all. */
typedef struct Outlook {
    SimTime next; /* the earliest event anywhere, on its way included */
    uint64_t events;
    bool must_stop;
} Outlook;

static Outbox *outbox_to(Partition *from, const Partition *to, unsigned parity)
{
    return &from->outboxes[parity][to->number];
}

static void report(Partition *partition, unsigned parity)
{
    const Simulation *simulation = partition->simulation;
    Event event;
    SimTime next = event_queue_peek(partition->queue, &event) ? event.time : SIM_TIME_MAX;
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        const Outbox *outbox = &partition->outboxes[parity][k];
        next = outbox->count > 0 ? MIN(next, outbox->first) : next;
    }
    partition->reports[parity] = (PartitionReport){
        .next = next, .events = partition->events, .must_stop = partition_must_stop(partition)};
}

static Outlook look(const Simulation *simulation, unsigned parity)
{
    Outlook outlook = {.next = SIM_TIME_MAX};
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        const PartitionReport *report = &simulation->partitions[k].reports[parity];
        outlook.next = MIN(outlook.next, report->next);
        outlook.events += report->events;
        outlook.must_stop |= report->must_stop;
    }
    return outlook;
}

/* Takes in what came in the window of that parity. */
static void take_in(Partition *partition, unsigned parity)
{
    Simulation *simulation = partition->simulation;
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        const Outbox *outbox = outbox_to(&simulation->partitions[k], partition, parity);
        for (size_t i = 0; i < outbox->count; i++) {
            partition_take(partition, &outbox->items[i]);
        }
    }
}

static void empty_outboxes(Partition *partition, unsigned parity)
{
    for (unsigned k = 0; k < partition->simulation->options.partition_count; k++) {
        outbox_empty(&partition->outboxes[parity][k]);
    }
}

static void advance(Partition *partition, SimTime end, unsigned parity)
{
    take_in(partition, 1 - parity);
    empty_outboxes(partition, parity);
    partition->parity = parity;
    partition_advance(partition, end, UINT64_MAX);
    report(partition, parity);
}

/* The share of one thread: every size-th partition. The reports that the first look sees were made
 * before. */
static void work(void *data, unsigned number)
{
    const Job *job = data;
    Simulation *simulation = job->simulation;
    const unsigned count = simulation->options.partition_count;
    const unsigned size = crew_size(simulation->crew);
    const unsigned own = (count - number + size - 1) / size;
    const SimDuration lookahead = simulation->options.lookahead;
    unsigned parity = 0;
    for (unsigned turn = 0;; turn++, parity = 1 - parity) {
        const Outlook outlook = look(simulation, 1 - parity);
        if (outlook.next >= job->limit || outlook.events >= job->most || outlook.must_stop) {
            break;
        }
        const SimTime end =
            lookahead > job->limit - outlook.next ? job->limit : outlook.next + lookahead;
        for (unsigned i = 0; i < own; i++) {
            advance(&simulation->partitions[number + (turn + i) % own * size], end, parity);
        }
        crew_meet(simulation->crew);
    }
    for (unsigned i = 0; i < own; i++) {
        take_in(&simulation->partitions[number + i * size], 1 - parity);
    }
}

void windows_run(Simulation *simulation, SimTime limit, uint64_t most)
{
    Job job = {.simulation = simulation, .limit = limit, .most = most};
    const unsigned count = simulation->options.partition_count;
    /* An observer sees one event after another. */
    const unsigned threads = simulation->watch != NULL ? 1 : simulation->options.thread_count;
    if (simulation->crew == NULL || crew_size(simulation->crew) != threads) {
        crew_free(simulation->crew);
        simulation->crew = crew_new(threads);
    }
    for (unsigned k = 0; k < count; k++) {
        report(&simulation->partitions[k], 1);
    }
    crew_work(simulation->crew, work, &job);
    for (unsigned k = 0; k < count; k++) {
        empty_outboxes(&simulation->partitions[k], 0);
        empty_outboxes(&simulation->partitions[k], 1);
    }
}
