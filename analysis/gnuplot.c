/* SPDX-License-Identifier: MIT */
/* Gnuplot scripts, and gnuplot itself. */
#include "analysis/gnuplot.h"

#include "analysis/error.h"

#include <gio/gio.h>
#include <string.h>

bool gnuplot_format_of_path(const char *path, GnuplotFormat *ret_format, GError **error)
{
    static const char *const endings[] = {".png", ".svg", ".pdf"};
    g_autofree char *lower = g_ascii_strdown(path, -1);
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
        if (g_str_has_suffix(lower, endings[i])) {
            *ret_format = (GnuplotFormat)i;
            return true;
        }
    }
    g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                "%s: the name of a picture ends in .png, .svg or .pdf", path);
    return false;
}

static char *drawable(const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    for (char *c = valid; *c != '\0'; c++) {
        if (g_ascii_iscntrl(*c)) {
            *c = ' ';
        }
    }
    return valid;
}

void gnuplot_quote(GString *script, const char *text)
{
    g_autofree char *valid = drawable(text);
    g_string_append_c(script, '\'');
    for (const char *c = valid; *c != '\0'; c++) {
        g_string_append(script, *c == '\'' ? "'" : "");
        g_string_append_c(script, *c);
    }
    g_string_append_c(script, '\'');
}

/* In a data block a backslash escapes and a double quote ends the field. */
void gnuplot_append_field(GString *script, const char *text)
{
    g_autofree char *valid = drawable(text);
    g_strdelimit(valid, "\"", '\'');
    g_strdelimit(valid, "\\", '/');
    g_string_append_printf(script, "\"%s\"", valid);
}

void gnuplot_begin(GString *script, GnuplotFormat format, const char *title, const char *subtitle)
{
    /* The scales make a letter equally large in all three, relative to the picture. */
    static const char *const terminals[] = {
        [GNUPLOT_PNG] = "pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4",
        [GNUPLOT_SVG] =
            "svg noenhanced size 1200,800 background 'white' fontscale 1.333 linewidth 1.4",
        [GNUPLOT_PDF] = "pdfcairo noenhanced size 12.5in,8.333in fontscale 0.75 linewidth 1.4",
    };
    g_string_append_printf(script, "set encoding utf8\nset terminal %s font 'sans-serif,13'\n",
                           terminals[format]);
    g_string_append(script, "set label 1 ");
    gnuplot_quote(script, title);
    g_string_append(script,
                    " at screen 0.03,0.955 left font ':Bold,18' tc rgb '" COLOUR_BLACK "'\n");
    g_string_append(script, "set label 2 ");
    gnuplot_quote(script, subtitle);
    g_string_append(script, " at screen 0.03,0.912 left font ',12' tc rgb '#555555'\n");
    g_string_append(script, "set tmargin at screen 0.86\n"
                            "set border 3 lc rgb '#666666' lw 0.8\n"
                            "set tics nomirror out scale 0.6 tc rgb '#333333'\n"
                            "set grid lt 1 lc rgb '#e6e6e6' lw 0.6\n"
                            "set key tc rgb '#333333' samplen 2 spacing 1.2\n");
}

char *gnuplot_data(const char *script)
{
    GString *data = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(script, "\n", -1);
    bool is_inside = false;
    for (size_t i = 0; lines[i] != NULL; i++) {
        if (is_inside && g_str_equal(lines[i], "EOD")) {
            is_inside = false;
        } else if (is_inside) {
            g_string_append_printf(data, "%s\n", lines[i]);
        } else if (lines[i][0] == '$' && g_str_has_suffix(lines[i], " << EOD")) {
            const int size = (int)(strlen(lines[i]) - strlen("$ << EOD"));
            g_string_append_printf(data, "%s# %.*s\n", data->len == 0 ? "" : "\n\n", size,
                                   lines[i] + 1);
            is_inside = true;
        }
    }
    return g_string_free(data, FALSE);
}

static bool run_gnuplot(const char *script, GBytes **ret_picture, GError **error)
{
    GError *problem = NULL;
    g_autoptr(GBytes) input = g_bytes_new_static(script, strlen(script));
    g_autoptr(GBytes) output = NULL, messages = NULL;
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                  G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_subprocess_launcher_setenv(launcher, "LC_ALL", "C", TRUE);
    /* -d: nobody's start-up file. */
    g_autoptr(GSubprocess) process =
        g_subprocess_launcher_spawn(launcher, &problem, "gnuplot", "-d", "-", NULL);
    if (process == NULL) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_ENVIRONMENT,
                    "gnuplot cannot be run (%s); on Debian: apt-get install gnuplot-nox; or take "
                    "the script with --script",
                    problem->message);
        g_error_free(problem);
        return false;
    }
    if (!g_subprocess_communicate(process, input, NULL, &output, &messages, &problem)) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_ENVIRONMENT, "gnuplot: %s",
                    problem->message);
        g_error_free(problem);
        return false;
    }
    if (!g_subprocess_get_successful(process) || g_bytes_get_size(output) == 0) {
        gsize size_bytes = 0;
        const char *text = g_bytes_get_data(messages, &size_bytes);
        g_autofree char *line = g_strndup(text == NULL ? "" : text, MIN(size_bytes, 400));
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_ENVIRONMENT, "gnuplot failed: %s",
                    g_strstrip(g_strdelimit(line, "\n\t", ' ')));
        return false;
    }
    *ret_picture = g_steal_pointer(&output);
    return true;
}

bool gnuplot_render(const char *script, const char *path, GError **error)
{
    GError *problem = NULL;
    g_autoptr(GBytes) picture = NULL;
    if (!run_gnuplot(script, &picture, error)) {
        return false;
    }
    gsize size_bytes = 0;
    const char *bytes = g_bytes_get_data(picture, &size_bytes);
    if (!g_file_set_contents_full(path, bytes, (gssize)size_bytes, G_FILE_SET_CONTENTS_CONSISTENT,
                                  0644, &problem)) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_ENVIRONMENT, "%s", problem->message);
        g_error_free(problem);
        return false;
    }
    return true;
}
