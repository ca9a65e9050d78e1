/* SPDX-License-Identifier: MIT */
/* A barrier that spins first and sleeps then; a job is two meetings with the work between them. */
#include "sim/crew.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

/* Some tens of microseconds. */
#define SPINS 4000

typedef struct Member {
    Crew *crew;
    unsigned number;
    pthread_t thread;
} Member;

struct Crew {
    unsigned size;
    unsigned spins;
    Member *members; /* without number 0, which is whoever calls */
    _Alignas(64) atomic_uint arrived;
    _Alignas(64) atomic_uint meetings; /* so far */
    atomic_uint sleepers;
    pthread_mutex_t mutex;
    pthread_cond_t woken;
    void (*work)(void *data, unsigned number); /* NULL: the crew is dismissed */
    void *data;
};

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static void sleep_until_met(Crew *crew, unsigned meeting)
{
    pthread_mutex_lock(&crew->mutex);
    atomic_fetch_add(&crew->sleepers, 1);
    while (atomic_load(&crew->meetings) == meeting) {
        pthread_cond_wait(&crew->woken, &crew->mutex);
    }
    atomic_fetch_sub(&crew->sleepers, 1);
    pthread_mutex_unlock(&crew->mutex);
}

void crew_meet(Crew *crew)
{
    const unsigned meeting = atomic_load(&crew->meetings);
    if (atomic_fetch_add(&crew->arrived, 1) + 1 == crew->size) {
        atomic_store(&crew->arrived, 0);
        /* Either a sleeper sees the new number, or it is counted before it looks. */
        atomic_store(&crew->meetings, meeting + 1);
        if (atomic_load(&crew->sleepers) > 0) {
            pthread_mutex_lock(&crew->mutex);
            pthread_cond_broadcast(&crew->woken);
            pthread_mutex_unlock(&crew->mutex);
        }
        return;
    }
    for (unsigned i = 0; i < crew->spins; i++) {
        if (atomic_load_explicit(&crew->meetings, memory_order_acquire) != meeting) {
            return;
        }
        relax();
    }
    sleep_until_met(crew, meeting);
}

static void *serve(void *data)
{
    const Member *member = data;
    Crew *crew = member->crew;
    for (;;) {
        crew_meet(crew);
        if (crew->work == NULL) {
            return NULL;
        }
        crew->work(crew->data, member->number);
        crew_meet(crew);
    }
}

Crew *crew_new(unsigned size)
{
    g_assert(size >= 1);
    Crew *crew = g_aligned_alloc0(1, sizeof *crew, 64);
    crew->size = size;
    crew->spins = (long)size <= sysconf(_SC_NPROCESSORS_ONLN) ? SPINS : 0;
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->woken, NULL);
    crew->members = g_new0(Member, size - 1);
    for (unsigned i = 0; i + 1 < size; i++) {
        crew->members[i] = (Member){.crew = crew, .number = i + 1};
        if (pthread_create(&crew->members[i].thread, NULL, serve, &crew->members[i]) != 0) {
            g_error("the system allows no %u threads", size);
        }
    }
    return crew;
}

void crew_free(Crew *crew)
{
    if (crew == NULL) {
        return;
    }
    crew->work = NULL;
    if (crew->size > 1) {
        crew_meet(crew);
    }
    for (unsigned i = 0; i + 1 < crew->size; i++) {
        pthread_join(crew->members[i].thread, NULL);
    }
    pthread_cond_destroy(&crew->woken);
    pthread_mutex_destroy(&crew->mutex);
    g_free(crew->members);
    g_aligned_free(crew);
}

unsigned crew_size(const Crew *crew)
{
    return crew->size;
}

void crew_work(Crew *crew, void (*work)(void *data, unsigned number), void *data)
{
    if (crew->size == 1) {
        work(data, 0);
        return;
    }
    crew->work = work;
    crew->data = data;
    crew_meet(crew);
    work(data, 0);
    crew_meet(crew);
}
