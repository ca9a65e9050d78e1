#!/bin/sh
# SPDX-License-Identifier: MIT
# A sweep in shares on several machines, and their merging: one digest however it is cut, and parts
# that do not belong together are refused and change nothing. The scripts for Slurm and GNU parallel
# are run, against a real single-node Slurm where its packages are installed.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"

folder=$(mktemp -d)
slurm_pids=
stop()
{
    for pid in $slurm_pids; do
        kill "$pid" 2>/dev/null
    done
    rm -rf "$folder" "$tap_output"
}
trap stop EXIT
cd "$folder" || exit 1

sweep()
{
    "$skein" sweep --quiet "$@"
}

digest()
{
    "$skein" digest "$1" | cut -c 1-64
}

are_equal()
{
    echo "$1 and $2"
    [ -n "$1" ] && [ "$1" = "$2" ]
}

refuses_saying()
{
    refuses "$1" "$2" sh -c "$4"
    cp "$tap_output" said
    check "and says why ($3)" grep -e "$3" said
}

cat >loss.yaml <<END
scenario:
  module: ping
  stop: 4s
peers:
  count: 6
topology:
  kind: ring
link:
  latency: lognormal(40ms, 0.4)
stack:
  name: datagram
sweep:
  link.loss: [0, 1%, 10%]
  peers.count: 4..8 step 2
  repeat: 4
END

# -- Five shares

check 'a sweep on one machine' sweep loss.yaml -o whole.db
whole=$(digest whole.db)
for k in 1 2 3 4 5; do
    check "share $k of 5" sweep loss.yaml --shard $k/5
done
check 'the shares are merged' "$skein" merge loss.*-of-5.db -o merged.db
check 'to the digest of one machine' are_equal "$whole" "$(digest merged.db)"
check 'in another order as well' "$skein" merge loss.3-of-5.db loss.1-of-5.db loss.5-of-5.db \
    loss.4-of-5.db loss.2-of-5.db -o other.db
check 'the same' are_equal "$whole" "$(digest other.db)"
check 'a share is whole cells' are_equal "$(sqlite3 loss.1-of-5.db \
    'SELECT DISTINCT count(*) FROM run GROUP BY cell')" 4
"$skein" merge loss.[1-3]-of-5.db -o part.db 2>said
check 'three shares give a part' grep 'these are 3 of 5 shares' said
check 'that can be gone on with' sweep loss.yaml --resume -o part.db
check 'to the same digest' are_equal "$whole" "$(digest part.db)"

# -- Parts that do not fit

sha256sum -- *.db >before
refuses_saying 'shares that overlap are refused' 2 'loss.4-of-5.db: the run of cell .* is in loss' \
    "'$skein' merge loss.4-of-5.db loss.4-of-5.db -o bad.db"
check 'two cuts overlap' sweep loss.yaml --shard 1/2 -o half.db
refuses_saying 'and are refused' 2 'half.db: the run of cell' \
    "'$skein' merge loss.[1-5]-of-5.db half.db -o bad.db"
sed 's/ring/line/' loss.yaml >x.yaml && mkdir sub && mv x.yaml sub/loss.yaml
check 'another scenario of the same name' sweep sub/loss.yaml --shard 2/2 -o line.db
refuses_saying 'is refused' 2 "topology.kind is 'ring' in the parts before, 'line' here" \
    "'$skein' merge half.db line.db -o bad.db"
{ cat loss.yaml && printf 'timeline:\n  - 1s: crash {0}\n'; } >sub/loss.yaml
check 'another timeline' sweep sub/loss.yaml --shard 2/2 -o crash.db
refuses_saying 'is refused, too' 2 'found another timeline' "'$skein' merge half.db crash.db -o bad.db"
cp loss.yaml gain.yaml
check 'another name' sweep gain.yaml --shard 2/2
refuses_saying 'as well' 2 "expected 'loss', found 'gain'" \
    "'$skein' merge half.db gain.2-of-2.db -o bad.db"
cp half.db old.db && sqlite3 old.db 'PRAGMA user_version = 99'
refuses_saying 'another schema version' 2 'old.db: found schema version 99' \
    "'$skein' merge loss.1-of-5.db old.db -o bad.db"
cp half.db empty.db && sqlite3 empty.db 'DELETE FROM run'
refuses_saying 'a part without runs' 2 'empty.db: found no runs' \
    "'$skein' merge empty.db -o bad.db"
echo hello >text.db
refuses_saying 'a text' 2 'text.db: damaged' "'$skein' merge text.db -o bad.db"
refuses_saying 'a file that is not there' 2 'none.db: found no such file' \
    "'$skein' merge none.db -o bad.db"
refuses_saying 'a result that is there' 2 'already exists' \
    "'$skein' merge loss.1-of-5.db -o whole.db"
refuses_saying 'a result that is a part' 2 'among the parts' \
    "'$skein' merge loss.1-of-5.db whole.db -o whole.db --force"
refuses_saying 'a share without cells' 2 'shard 10 of 10 is empty: the sweep has only 9 cells' \
    "'$skein' sweep loss.yaml --shard 10/10 -o bad.db"
refuses_saying 'a share of nothing' 2 'expected K/N with K from 1 to N' \
    "'$skein' sweep loss.yaml --shard 6/5 -o bad.db"
refuses_saying 'no array job' 2 "found SLURM_ARRAY_TASK_ID=''" \
    "'$skein' sweep loss.yaml --shard slurm -o bad.db"
check 'nothing of it left a file' test ! -e bad.db -a ! -e bad.db.partial
check 'or changed one' sha256sum --quiet -c before

# -- Scripts

# An sbatch that runs the job here, one array task after the other.
mkdir fake
cat >fake/sbatch <<'END'
#!/bin/sh
tasks=
for word in "$@"; do
    case $word in
    --array=1-*) tasks=${word#--array=1-} ;;
    --dependency=*) [ "$word" = --dependency=afterok:17 ] || exit 1 ;;
    --export=ALL,SKEIN=*) export SKEIN="${word#--export=ALL,SKEIN=}" ;;
    esac
done
cat >job.sh
if [ -z "$tasks" ]; then
    sh job.sh >&2 && echo 18
    exit
fi
# 10, 20, 30 ...: as --array=10-50:10 would count.
for task in $(seq "$tasks"); do
    SLURM_ARRAY_TASK_ID=$((task * 10)) SLURM_ARRAY_TASK_MIN=10 SLURM_ARRAY_TASK_STEP=10 \
        SLURM_ARRAY_TASK_COUNT=$tasks sh job.sh >&2 || exit 1
done
echo '17;cluster'
END
chmod +x fake/sbatch
mkdir away && cp loss.yaml away/ && cd away || exit 1
check 'a script for Slurm' sh -c "'$skein' sweep loss.yaml --slurm --shares 4 >loss.slurm"
check 'it is a script' sh -n loss.slurm
check 'that runs' env PATH="$folder/fake:$PATH" SKEIN="$skein" sh loss.slurm
check 'and ends with the digest of one machine' are_equal "$whole" "$(digest loss.db)"
refuses 'more shares than cells' 2 "$skein" sweep loss.yaml --slurm --shares 10
rm -f ./*.db
"$skein" sweep loss.yaml --parallel --shares 3 >loss.parallel
if command -v parallel >/dev/null && parallel --version 2>/dev/null | grep -q GNU; then
    check 'a script for GNU parallel runs' env SKEIN="$skein" HOME="$folder" sh loss.parallel
    check 'and ends with the same digest' are_equal "$whole" "$(digest loss.db)"
else
    skip 'a script for GNU parallel runs' 'parallel is not there'
fi
rm -f ./*.db
cd ..

# -- A real Slurm

start_slurm()
{
    mkdir -p slurm/state slurm/spool slurm/munge && chmod 700 slurm/munge
    head -c 1024 /dev/urandom >slurm/munge/key && chmod 400 slurm/munge/key
    munged --key-file="$folder/slurm/munge/key" --socket="$folder/slurm/munge/socket" \
        --pid-file="$folder/slurm/munge/pid" --log-file="$folder/slurm/munge/log" \
        --seed-file="$folder/slurm/munge/seed" --force --foreground >/dev/null 2>&1 &
    slurm_pids=$!
    cat >slurm/slurm.conf <<END
ClusterName=here
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$folder/slurm/munge/socket
CommunicationParameters=NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
ReturnToService=2
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$folder/slurm/state
SlurmdSpoolDir=$folder/slurm/spool
SlurmctldPidFile=$folder/slurm/slurmctld.pid
SlurmdPidFile=$folder/slurm/slurmd.pid
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
    export SLURM_CONF="$folder/slurm/slurm.conf"
    slurmctld -D >slurm/slurmctld.log 2>&1 &
    slurm_pids="$slurm_pids $!"
    slurmd -D >slurm/slurmd.log 2>&1 &
    slurm_pids="$slurm_pids $!"
    for attempt in $(seq 30); do
        [ "$(sinfo -h -o %t 2>/dev/null)" = idle ] && return 0
        pause 1
    done
    return 1
}

pause()
{
    sleep "$1"
}

# The jobs run in a copy of the folder, since the first one's files would be kept.
run_slurm()
{
    rm -f ./*.db
    sh loss.slurm || return 1
    for attempt in $(seq 60); do
        [ -z "$(squeue -h)" ] && break
        pause 1
    done
    cat ./*.out
    ls
}

if command -v slurmctld >/dev/null && command -v slurmd >/dev/null && command -v munged >/dev/null
then
    if start_slurm; then
        cd away || exit 1
        export SKEIN="$skein"
        check 'the script runs on a real Slurm' run_slurm
        check 'and ends with the digest of one machine there' are_equal "$whole" "$(digest loss.db)"
        cd ..
    else
        skip 'the script runs on a real Slurm' 'Slurm did not start within 30 s'
        comment slurm/slurmctld.log slurm/slurmd.log
    fi
else
    skip 'the script runs on a real Slurm' 'slurm-wlm and munge are not installed'
fi
finish
