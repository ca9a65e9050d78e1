/* SPDX-License-Identifier: MIT */
/* What `skein view` serves, without the server: a path and its parameters in, a status and a body
 * out. Paths:
 *
 *     /  /page.css  /page.js                    the page itself
 *     /runs                                     the runs of the database, in their order
 *     /run/K                                    a run by its place there, from 0
 *     /run/K/traces?text=&errors=&order=&offset=&limit=
 *     /run/K/trace/ID    /run/K/snapshot/ID
 *     /run/K/window?from=&to=&peers=            see analysis/page_choice.h
 *
 * All answers but the page are JSON; a failure is {"error": TEXT}, with status 503 where the file
 * is held by a run that is being written and asking again helps. The spans and messages of the run
 * that was asked for last are kept in memory. */
#ifndef ANALYSIS_VIEW_SITE_H
#define ANALYSIS_VIEW_SITE_H

#include "analysis/database.h"

typedef struct ViewSite ViewSite;

/* Borrows the database. */
ViewSite *view_site_new(sqlite3 *database);
void view_site_free(ViewSite *site);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ViewSite, view_site_free)

/* Reads the first run, so that the first request need not wait for it. */
bool view_site_load(ViewSite *site, GError **error);

/* Where the parameters of a request come from: NULL for one that is not there. */
typedef const char *(*ViewParameter)(void *data, const char *name);

typedef struct ViewAnswer {
    unsigned status; /* as in HTTP */
    const char *type;
    GString *body;
} ViewAnswer;

/* The caller frees the body. */
ViewAnswer view_site_answer(ViewSite *site, const char *path, ViewParameter parameter, void *data);

/* The content security policy of all answers. */
extern const char VIEW_SITE_POLICY[];

#endif
