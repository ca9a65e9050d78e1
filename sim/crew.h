/* SPDX-License-Identifier: MIT */
/* Threads that go through the same steps together: each does its share of a step, then all wait for
 * each other. The threads live as long as the crew and sleep between two jobs, so that a job costs
 * no making of threads.
 *
 * Waiting begins with looking again and again, since a step of a parallel run takes some
 * microseconds only and waking a thread takes longer than that. A thread that has waited too long
 * sleeps; so does every thread at once where there are more of them than processors.
 *
 * Plain POSIX locks and C11 atomics, which ThreadSanitizer knows; it does not know GLib's. */
#ifndef SIM_CREW_H
#define SIM_CREW_H

#include <glib.h>

typedef struct Crew Crew;

/* `size` threads, the caller's included; at least 1. */
Crew *crew_new(unsigned size);
void crew_free(Crew *crew);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Crew, crew_free)

unsigned crew_size(const Crew *crew);

/* Calls work(data, number) in each thread, number 0 in this one, and returns when all have. */
void crew_work(Crew *crew, void (*work)(void *data, unsigned number), void *data);

/* For work(): waits until all threads are here. What one wrote before, all see afterwards. */
void crew_meet(Crew *crew);

#endif
