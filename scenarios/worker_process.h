/* SPDX-License-Identifier: MIT */
/* One worker of a pool (scenarios/worker_pool.h): a child process, forked and never exec'd, that
 * takes tasks from a socket and sends answers back, one after the other in the order of the tasks.
 * It ends when the parent closes the socket or dies, however the parent dies. Ctrl-C and
 * TERM, which reach the whole group, are the parent's business: the child ignores them.
 *
 * What the child writes to stdout and stderr goes to a pipe of its own, where the parent finds why
 * it crashed. */
#ifndef SCENARIOS_WORKER_PROCESS_H
#define SCENARIOS_WORKER_PROCESS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Does one task in the child; appends the answer, which is empty at first. */
typedef void (*WorkerFunction)(void *data, const void *task, size_t task_size_bytes,
                               GByteArray *answer);

typedef struct WorkerProcess {
    pid_t pid;         /* 0: none */
    int task_socket;   /* both ways; reading does not block */
    int message_pipe;  /* what the child prints; reading does not block */
    GString *messages; /* of them, what was read: those of the last task that began */
} WorkerProcess;

/* Forks. No other thread may exist in this process, since a child would inherit its locks. data is
 * what the child finds in its copy of the memory. */
bool worker_process_start(WorkerProcess *process, WorkerFunction work, void *data, GError **error);

/* Sends a task. False when the child is gone, which reading the answer will tell. */
bool worker_process_send(WorkerProcess *process, const void *task, size_t size_bytes);

/* Appends what has arrived. False at the end: the child is gone. */
bool worker_process_receive(const WorkerProcess *process, GByteArray *bytes);

/* The first whole answer in the bytes: its size goes to ret_size_bytes, and it starts after
 * WORKER_HEADER_SIZE bytes. False while it is not complete. */
#define WORKER_HEADER_SIZE sizeof(uint64_t)
bool worker_process_answer(const GByteArray *bytes, size_t *ret_size_bytes);

/* Bytes of memory in use by the child; 0 when that is not known. */
int64_t worker_process_memory(const WorkerProcess *process);

/* Takes over what the child printed, lest its pipe be full; what belongs to tasks that ended well
 * is forgotten, so that it is no reason of a later crash. */
void worker_process_read_messages(WorkerProcess *process);

/* Kills the child if it still lives, waits for its end, and says what became of it, as in
 * `signal 11 (Segmentation fault)`, with what it complained about. NULL when there is none. */
char *worker_process_end(WorkerProcess *process);

#endif
