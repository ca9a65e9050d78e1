/* SPDX-License-Identifier: MIT */
#include "cli/sweep_script.h"

#include "cli/share.h"

/* Quoted words, each after a space. */
static char *join_words(const char *const *words)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (; *words != NULL; words++) {
        g_autofree char *quoted = g_shell_quote(*words);
        g_string_append_printf(line, " %s", quoted);
    }
    return g_string_free(g_steal_pointer(&line), FALSE);
}

static char *part_names(const SweepScript *script)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 1; i <= script->shares; i++) {
        g_ptr_array_add(names, share_database(&(Share){i, script->shares}, script->name));
    }
    g_ptr_array_add(names, NULL);
    return join_words((const char *const *)names->pdata);
}

char *sweep_script_slurm(const SweepScript *script)
{
    g_autofree char *file = g_shell_quote(script->file);
    g_autofree char *name = g_shell_quote(script->name);
    g_autofree char *output = g_shell_quote(script->output);
    g_autofree char *arguments = join_words(script->arguments);
    g_autofree char *parts = part_names(script);
    return g_strdup_printf(
        "#!/bin/sh\n"
        "# The sweep of %s in %u shares on a Slurm cluster: an array job, and a job that merges\n"
        "# their databases when all have ended well. Run it by sh in the folder of the scenario,\n"
        "# which all nodes see; options of sbatch may be added below. Run again, it goes on.\n"
        "set -eu\n"
        "skein=${SKEIN:-skein}\n"
        "job=$(sbatch --parsable --job-name=%s --array=1-%u --requeue "
        "--export=ALL,SKEIN=\"$skein\" "
        "<<'END'\n"
        "#!/bin/sh\n"
        "#SBATCH --ntasks=1\n"
        "#SBATCH --cpus-per-task=1\n"
        "exec \"$SKEIN\" sweep %s --shard slurm -j \"${SLURM_CPUS_PER_TASK:-1}\" --resume%s\n"
        "END\n"
        ")\n"
        "sbatch --job-name=%s-merge --dependency=\"afterok:${job%%%%;*}\" "
        "--export=ALL,SKEIN=\"$skein\" <<'END'\n"
        "#!/bin/sh\n"
        "#SBATCH --ntasks=1\n"
        "exec \"$SKEIN\" merge%s -o %s --force\n"
        "END\n",
        script->file, script->shares, name, script->shares, file, arguments, name, parts, output);
}

char *sweep_script_parallel(const SweepScript *script)
{
    g_autofree char *file = g_shell_quote(script->file);
    g_autofree char *output = g_shell_quote(script->output);
    g_autofree char *arguments = join_words(script->arguments);
    g_autofree char *parts = part_names(script);
    return g_strdup_printf(
        "#!/bin/sh\n"
        "# The sweep of %s in %u shares by GNU parallel, and their merging. Other machines take\n"
        "# part with --sshlogin HOST,... and a folder that all of them see. Run again, it goes "
        "on.\n"
        "set -eu\n"
        "skein=${SKEIN:-skein}\n"
        "seq %u | parallel --halt soon,fail=1 \\\n"
        "    \"$skein\" sweep %s --shard {}/%u -j 1 --resume --progress none%s\n"
        "\"$skein\" merge%s -o %s --force\n",
        script->file, script->shares, script->shares, file, script->shares, arguments, parts,
        output);
}
