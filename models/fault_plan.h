/* SPDX-License-Identifier: MIT */
/* The timeline, compiled: what happens to the network and to peers at which time, known before the
 * run and the same for all. Changes of links (partition, heal, set) need no event: whoever sends
 * looks up what holds at that time. Crashes, restarts and the application's own actions become
 * events of the script at the peers concerned. Rows of one time keep the order in which they were
 * written. */
#ifndef MODELS_FAULT_PLAN_H
#define MODELS_FAULT_PLAN_H

#include "models/application.h"
#include "sim/peer_set.h"
#include "sim/sim_time.h"

#include <glib.h>

typedef struct FaultPlan FaultPlan;

typedef struct FaultPlanContext {
    const Application *application; /* its actions */
    uint32_t peer_count;
    const char *const *peer_names; /* NULL: none */
    const char *directory;         /* of files named in link settings */
} FaultPlanContext;

FaultPlan *fault_plan_new(const FaultPlanContext *context);
void fault_plan_free(FaultPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaultPlan, fault_plan_free)

/* Adds a row: its time, and the words of the action, `crash {0..9}`. The error does not name the
 * place. */
bool fault_plan_add(FaultPlan *plan, const char *time, const char *action, GError **error);

/* After the last row, before the first look-up. */
void fault_plan_sort(FaultPlan *plan);

/* For the network: all of these are pure look-ups. A change at time t holds from t on, t included.
 */

/* True when a partition separates the two at that time. */
bool fault_plan_is_cut(const FaultPlan *plan, SimTime now, EntityId a, EntityId b);

/* The time of the first change of links after `now`, SIM_TIME_MAX when there is none. */
SimTime fault_plan_next_change(const FaultPlan *plan, SimTime now);

/* The text that `set` gave the key (`link.loss`) from sender to receiver, or `access.up` at the
 * sender, at that time is held as a compiled model by number: 0 when the base model holds, else the
 * number (from 1) of the row in force. */
unsigned fault_plan_setting(const FaultPlan *plan, SimTime now, const char *key, EntityId sender,
                            EntityId receiver);
/* The rows of `set`, in order, for the network to compile: false past the end. number counts
 * from 1. */
bool fault_plan_set_row(const FaultPlan *plan, unsigned number, const char **ret_key,
                        const char **ret_value);

/* What happens at peers, sorted by time: crashes, restarts, announcements and actions of the
 * application. */
typedef enum PeerEventType {
    PEER_CRASH,
    PEER_RESTART,
    PEER_ANNOUNCE, /* host_announce() */
    PEER_ACTION
} PeerEventType;
typedef struct PeerEvent {
    SimTime time;
    PeerEventType type;
    bool at_coordinator;      /* an action without a peer */
    const PeerSet *peers;     /* where it happens; NULL at the coordinator */
    const Action *action;     /* PEER_ACTION */
    const int64_t *arguments; /* as Action.run wants them */
} PeerEvent;
unsigned fault_plan_peer_event_count(const FaultPlan *plan);
const PeerEvent *fault_plan_peer_event(const FaultPlan *plan, unsigned index);

/* All rows, sorted by time, for the `fault` table. */
unsigned fault_plan_row_count(const FaultPlan *plan);
void fault_plan_row(const FaultPlan *plan, unsigned index, SimTime *ret_time,
                    const char **ret_action, const char **ret_arguments);

/* The usage that a row of these words has to match, `send PEER PEER tokens COUNT`; NULL: none.
 * actions: of an application; may be NULL. */
const char *fault_plan_usage(const Action *actions, const char *const *words);

/* One line of usage for each kind of row, for `skein describe`; to be freed by g_strfreev. */
char **fault_plan_usages(const Application *application);

#endif
