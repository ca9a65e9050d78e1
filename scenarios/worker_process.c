/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "scenarios/worker_process.h"

#include "sim/error.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of a child's complaint, this much is kept: its beginning has the reason. */
#define COMPLAINT_SIZE_MAX 65536
/* Between what is printed for one task and for the next. */
#define SEPARATOR '\x1e'
#define RECEIVE_SIZE 65536
#define SOCKET_SIZE (1 << 20)

/* -- In the child -- */

static bool read_fully(int socket, void *bytes, size_t size_bytes)
{
    char *at = bytes;
    while (size_bytes > 0) {
        const ssize_t part = recv(socket, at, size_bytes, 0);
        if (part > 0) {
            at += part;
            size_bytes -= (size_t)part;
        } else if (part == 0 || errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* The sockets are left out: a parent that is gone is no reason for SIGPIPE. */
static bool write_fully(int socket, const void *bytes, size_t size_bytes)
{
    const char *at = bytes;
    while (size_bytes > 0) {
        const ssize_t part = send(socket, at, size_bytes, MSG_NOSIGNAL);
        if (part >= 0) {
            at += part;
            size_bytes -= (size_t)part;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* Everything else that is open belongs to the parent: sockets of other workers, which must see
 * their end when the parent dies, and its database. */
static void close_others(int socket, int messages)
{
    const int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    dup2(messages, STDOUT_FILENO);
    dup2(messages, STDERR_FILENO);
    if (socket > STDERR_FILENO + 1) {
        close_range(STDERR_FILENO + 1, (unsigned)socket - 1, 0);
    }
    close_range((unsigned)socket + 1, ~0U, 0);
}

static void serve(int socket, WorkerFunction work, void *data)
{
    g_autoptr(GByteArray) task = g_byte_array_new();
    g_autoptr(GByteArray) answer = g_byte_array_new();
    uint64_t size_bytes = 0;
    while (read_fully(socket, &size_bytes, sizeof size_bytes)) {
        g_byte_array_set_size(task, (guint)size_bytes);
        if (!read_fully(socket, task->data, size_bytes)) {
            return;
        }
        static const char MARK = SEPARATOR;
        (void)!write(STDERR_FILENO, &MARK, 1);
        g_byte_array_set_size(answer, 0);
        work(data, task->data, size_bytes, answer);
        size_bytes = answer->len;
        if (!write_fully(socket, &size_bytes, sizeof size_bytes) ||
            !write_fully(socket, answer->data, answer->len)) {
            return;
        }
    }
}

static G_NORETURN void be_child(pid_t parent, int socket, int messages, WorkerFunction work,
                                void *data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(0); /* it died before it could have been noticed */
    }
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    close_others(socket, messages);
    serve(socket, work, data);
    _exit(0);
}

/* -- In the parent -- */

/* Counted where the system tells. */
static bool is_only_thread(void)
{
    g_autoptr(GDir) threads = g_dir_open("/proc/self/task", 0, NULL);
    unsigned count = 0;
    while (threads != NULL && g_dir_read_name(threads) != NULL) {
        count++;
    }
    return count <= 1;
}

static void close_pair(const int *pair)
{
    close(pair[0]);
    close(pair[1]);
}

bool worker_process_start(WorkerProcess *process, WorkerFunction work, void *data, GError **error)
{
    static const int SIZE = SOCKET_SIZE;
    int sockets[2], messages[2];
    g_assert(is_only_thread());
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "no socket for a worker: %s",
                    g_strerror(errno));
        return false;
    }
    if (pipe2(messages, O_CLOEXEC | O_NONBLOCK) != 0) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "no pipe for a worker: %s",
                    g_strerror(errno));
        close_pair(sockets);
        return false;
    }
    /* As much as the system allows, so that a worker need not wait while the parent syncs. */
    setsockopt(sockets[1], SOL_SOCKET, SO_SNDBUF, &SIZE, sizeof SIZE);
    fcntl(sockets[0], F_SETFL, O_NONBLOCK);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) {
        be_child(parent, sockets[1], messages[1], work, data);
    }
    const int code = errno;
    close(sockets[1]);
    close(messages[1]);
    if (pid < 0) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "no worker could be started: %s",
                    g_strerror(code));
        close(sockets[0]);
        close(messages[0]);
        return false;
    }
    *process = (WorkerProcess){pid, sockets[0], messages[0], g_string_new(NULL)};
    return true;
}

/* The caller sees to it that the task fits into the socket or the child is waiting for it, so a
 * full socket is only a short wait. */
static bool send_all(int socket, const void *bytes, size_t size_bytes)
{
    const char *at = bytes;
    while (size_bytes > 0) {
        const ssize_t part = send(socket, at, size_bytes, MSG_NOSIGNAL);
        if (part >= 0) {
            at += part;
            size_bytes -= (size_t)part;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            GPollFD ready = {.fd = socket, .events = G_IO_OUT};
            g_poll(&ready, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

bool worker_process_send(WorkerProcess *process, const void *task, size_t size_bytes)
{
    const uint64_t header = size_bytes;
    return send_all(process->task_socket, &header, sizeof header) &&
           send_all(process->task_socket, task, size_bytes);
}

bool worker_process_receive(const WorkerProcess *process, GByteArray *bytes)
{
    for (;;) {
        const guint length = bytes->len;
        g_byte_array_set_size(bytes, length + RECEIVE_SIZE);
        const ssize_t part = recv(process->task_socket, bytes->data + length, RECEIVE_SIZE, 0);
        const int code = errno;
        g_byte_array_set_size(bytes, length + (part > 0 ? (guint)part : 0));
        if (part == 0 || (part < 0 && code != EAGAIN && code != EWOULDBLOCK && code != EINTR)) {
            return false;
        }
        if (part < 0 && code != EINTR) {
            return true;
        }
    }
}

bool worker_process_answer(const GByteArray *bytes, size_t *ret_size_bytes)
{
    uint64_t size_bytes = 0;
    if (bytes->len < sizeof size_bytes) {
        return false;
    }
    memcpy(&size_bytes, bytes->data, sizeof size_bytes);
    if (bytes->len - sizeof size_bytes < size_bytes) {
        return false;
    }
    *ret_size_bytes = size_bytes;
    return true;
}

int64_t worker_process_memory(const WorkerProcess *process)
{
    g_autofree char *path = g_strdup_printf("/proc/%ld/statm", (long)process->pid);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return 0;
    }
    char *end = text;
    g_ascii_strtoll(text, &end, 10); /* all of the address space; resident pages follow */
    return g_ascii_strtoll(end, NULL, 10) * sysconf(_SC_PAGESIZE);
}

void worker_process_read_messages(WorkerProcess *process)
{
    char text[4096];
    ssize_t length;
    while ((length = read(process->message_pipe, text, sizeof text)) > 0) {
        g_string_append_len(process->messages, text, length);
        const char *mark = memrchr(process->messages->str, SEPARATOR, process->messages->len);
        if (mark != NULL) {
            g_string_erase(process->messages, 0, mark + 1 - process->messages->str);
        }
        if (process->messages->len > COMPLAINT_SIZE_MAX) {
            g_string_truncate(process->messages, COMPLAINT_SIZE_MAX);
        }
    }
}

/* The line that says why: the first that speaks of an error, else the last. */
static char *find_complaint(const char *messages)
{
    g_auto(GStrv) lines = g_strsplit(messages, "\n", -1);
    const char *chosen = NULL;
    for (guint i = 0; lines[i] != NULL; i++) {
        g_strstrip(lines[i]);
        if (strstr(lines[i], "ERROR") != NULL || strstr(lines[i], "error") != NULL) {
            chosen = lines[i];
            break;
        }
        chosen = *lines[i] != '\0' ? lines[i] : chosen;
    }
    return chosen == NULL ? NULL : g_utf8_make_valid(chosen, -1);
}

char *worker_process_end(WorkerProcess *process)
{
    if (process->pid == 0) {
        return NULL;
    }
    int status = 0;
    /* A child that closed its socket by ending has ended, so this changes nothing for it. */
    pid_t ended = waitpid(process->pid, &status, WNOHANG);
    if (ended == 0) {
        shutdown(process->task_socket, SHUT_RDWR);
        kill(process->pid, SIGKILL);
        while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR) {
        }
    }
    worker_process_read_messages(process);
    g_autofree char *complaint = find_complaint(process->messages->str);
    g_string_free(process->messages, TRUE);
    close(process->task_socket);
    close(process->message_pipe);
    *process = (WorkerProcess){.task_socket = -1, .message_pipe = -1};
    g_autofree char *end =
        WIFSIGNALED(status)
            ? g_strdup_printf("signal %d (%s)", WTERMSIG(status), g_strsignal(WTERMSIG(status)))
            : g_strdup_printf("exit status %d", WEXITSTATUS(status));
    return complaint == NULL ? g_steal_pointer(&end) : g_strdup_printf("%s: %s", end, complaint);
}
