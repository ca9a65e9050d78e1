/* SPDX-License-Identifier: MIT */
#include "analysis/page_assets.h"

#include "analysis/page_resources.h"

#include <string.h>

/* Each after those that it imports. */
static const char *const MODULES[] = {
    "dom.js",       "format.js",    "figures.js",  "source.js", "overview.js", "traces.js",
    "waterfall.js", "spacetime.js", "topology.js", "cells.js",  "app.js",
};

/* What was compiled in is there. */
static char *asset(const char *name)
{
    g_autofree char *path = g_strconcat("/skein/page/", name, NULL);
    g_autoptr(GBytes) bytes =
        g_resource_lookup_data(page_get_resource(), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    g_assert(bytes != NULL);
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    return g_strndup(text, length);
}

char *page_style(void)
{
    return asset("page.css");
}

/* `"./dom.js"` within an import is the variable `dom_module`. */
static char *module_name(const char *file)
{
    const char *ending = strchr(file, '.');
    return g_strdup_printf("%.*s_module", (int)(ending - file), file);
}

/* import { a, b } from "./dom.js";   ->   const { a, b } = dom_module; */
static void append_import(GString *script, const char *line)
{
    g_auto(GStrv) parts = g_strsplit(line + strlen("import "), " from \"./", 2);
    g_assert(g_strv_length(parts) == 2);
    g_autofree char *module = module_name(parts[1]);
    g_string_append_printf(script, "const %s = %s;\n", parts[0], module);
}

/* export function f(...), export async function f, export class C: the name. */
static char *exported_name(const char *declaration)
{
    static const char *const WORDS[] = {"async ", "function ", "class ", "const "};
    for (size_t i = 0; i < G_N_ELEMENTS(WORDS); i++) {
        declaration += g_str_has_prefix(declaration, WORDS[i]) ? strlen(WORDS[i]) : 0;
    }
    return g_strndup(declaration, strspn(declaration, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_"));
}

/* A module becomes a function that is called once and returns what the module exports. */
static void append_module(GString *script, const char *file)
{
    static const char EXPORT[] = "export ";
    g_autofree char *text = asset(file);
    g_autofree char *module = module_name(file);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GString) exports = g_string_new(NULL);
    g_string_append_printf(script, "const %s = (() => {\n", module);
    for (char **line = lines; *line != NULL; line++) {
        if (g_str_has_prefix(*line, "import ")) {
            append_import(script, *line);
        } else if (g_str_has_prefix(*line, EXPORT)) {
            g_autofree char *name = exported_name(*line + strlen(EXPORT));
            g_string_append_printf(exports, "%s%s", exports->len == 0 ? "" : ", ", name);
            g_string_append_printf(script, "%s\n", *line + strlen(EXPORT));
        } else {
            g_string_append_printf(script, "%s\n", *line);
        }
    }
    g_string_append_printf(script, "return { %s };\n})();\n", exports->str);
}

char *page_script(void)
{
    GString *script = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(MODULES); i++) {
        append_module(script, MODULES[i]);
    }
    return g_string_free(script, FALSE);
}

char *page_frame(const char *head, const char *body)
{
    g_autofree char *frame = asset("page.html");
    g_auto(GStrv) around_head = g_strsplit(frame, "@HEAD@", 2);
    g_auto(GStrv) around_body = g_strsplit(around_head[1], "@BODY@", 2);
    return g_strconcat(around_head[0], head, around_body[0], body, around_body[1], NULL);
}

char *page_hash(const char *text)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize size_bytes = sizeof digest;
    g_checksum_update(checksum, (const guchar *)text, (gssize)strlen(text));
    g_checksum_get_digest(checksum, digest, &size_bytes);
    g_autofree char *base64 = g_base64_encode(digest, size_bytes);
    return g_strconcat("sha256-", base64, NULL);
}
