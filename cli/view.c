/* SPDX-License-Identifier: MIT */
/* skein view: the page of skein report, served from the database without a limit. */
#include "analysis/view_server.h"
#include "cli/command.h"
#include "sim/error.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

static const CommandUsage USAGE = {
    .arguments = "DB",
    .summary = "Serves the page of skein report on the loopback address, from the database itself: "
               "spans, messages and cuts are\nread for what is on the screen. A run that is still "
               "being written can be watched. Ctrl-C ends it.",
    .examples = "  skein view testbed.db\n"
                "  skein view testbed.db --port 8080",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

typedef struct ViewArguments {
    char *address;
    int port;
    gboolean is_exposed;
} ViewArguments;

/* While a run writes DB, its rows are in DB.partial. */
static sqlite3 *open_database(const char *path, GError **error)
{
    g_autofree char *partial = g_strconcat(path, ".partial", NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS) && g_file_test(partial, G_FILE_TEST_EXISTS)) {
        command_warn("%s is still being written", path);
        return database_open(partial, error);
    }
    return database_open(path, error);
}

/* Blocks the signals before the server's thread exists, so that they come here. */
static void wait_for_end(const sigset_t *signals)
{
    int signal_number = 0;
    while (sigwait(signals, &signal_number) != 0 && errno == EINTR) {
    }
}

static bool view(const char *path, const ViewArguments *arguments, GError **error)
{
    if (arguments->port < 0 || arguments->port > UINT16_MAX) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "--port: found %d, expected a number from 0 (any free one) to 65535",
                    arguments->port);
        return false;
    }
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    g_autoptr(sqlite3) database = open_database(path, error);
    if (database == NULL) {
        return false;
    }
    g_autoptr(ViewSite) site = view_site_new(database);
    if (!view_site_load(site, error)) {
        g_prefix_error(error, "%s: ", path);
        return false;
    }
    const ViewServerOptions options = {.address = arguments->address,
                                       .port = (uint16_t)arguments->port,
                                       .is_exposed = arguments->is_exposed};
    g_autoptr(ViewServer) server = view_server_new(site, &options, error);
    if (server == NULL) {
        return false;
    }
    printf("%s\n", view_server_url(server));
    fflush(stdout);
    wait_for_end(&signals);
    return true;
}

int command_view(int argc, char **argv)
{
    ViewArguments arguments = {0};
    const GOptionEntry entries[] = {
        {"port", 0, 0, G_OPTION_ARG_INT, &arguments.port, "The port (default: any free one)", "N"},
        {"address", 0, 0, G_OPTION_ARG_STRING, &arguments.address,
         "The address (default: 127.0.0.1); one that other machines reach takes --expose too",
         "ADDRESS"},
        {"expose", 0, 0, G_OPTION_ARG_NONE, &arguments.is_exposed,
         "Allow an address that other machines reach: they can read the database", NULL},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    const bool is_fine =
        command_parse(&USAGE, entries, &argc, &argv, &error) && view(argv[1], &arguments, &error);
    g_free(arguments.address);
    return is_fine ? 0 : command_fail(error);
}
