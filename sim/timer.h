/* SPDX-License-Identifier: MIT */
/* Timers: records of their entity with at most one live entry in the queue. Moving a timer later
 * only changes the record; the entry that then pops early goes back under the key of the new
 * deadline. Moving it earlier adds an entry and outdates the other. Outdated entries are neither
 * executed nor counted, and are swept when they exceed half of the queue. The key of a deadline is
 * taken when the timer is set, so the order of events does not depend on how the entry got there.
 */
#ifndef SIM_TIMER_H
#define SIM_TIMER_H

#include "sim/simulation.h"

/* Names a timer until it is freed; 0 is none. A name is never used again for another timer. */
typedef uint64_t TimerId;

/* A timer that runs `kind` at self with `argument` each time it expires. A background timer (a
 * keep-alive) does not keep `stop: idle` waiting. */
TimerId timer_new(Entity *self, unsigned kind, uint64_t argument, bool background);
/* Makes it a background timer, or one that is not; nothing else of it changes. */
void timer_set_background(Entity *self, TimerId timer, bool background);

/* A timer that is set at once and freed when it has expired. */
TimerId timer_once(Entity *self, unsigned kind, uint64_t argument, SimDuration delay);

void timer_set(Entity *self, TimerId timer,
               SimDuration delay); /* delay >= 1 ns, counted from now */
void timer_stop(Entity *self, TimerId timer);
void timer_free(Entity *self, TimerId timer); /* 0 and names of freed timers are fine */
SimTime timer_deadline(const Entity *self, TimerId timer); /* SIM_TIME_MAX: it is not set */
bool timer_is_set(const Entity *self, TimerId timer);

/* Stops it, and frees it when its entry in the queue has come up, unless it is set again before:
 * for one that may not be needed for long. */
void timer_rest(Entity *self, TimerId timer);
bool timer_exists(const Entity *self, TimerId timer); /* it has not been freed */

/* Frees all timers of the entity: a crash. */
void timer_free_all(Entity *self);

#endif
