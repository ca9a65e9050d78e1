#!/bin/sh
# SPDX-License-Identifier: MIT
# skein export DB pcapng, as tshark reads it: every header and checksum right, handshake, windows and
# selective acknowledgements as recorded, and no expert warning.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"

if ! command -v tshark >/dev/null; then
    skip 'packets as tshark reads them' 'there is no tshark'
    finish
    exit
fi
if ! command -v sqlite3 >/dev/null; then
    skip 'packets as tshark reads them' 'there is no sqlite3'
    finish
    exit
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
cd "$folder" || exit 1
export HOME="$folder"

# The fields of the packets in FILE that FILTER chooses, one line a packet.
fields()
{
    file=$1 filter=$2
    shift 2
    for field in "$@"; do
        set -- "$@" -e "$field"
        shift
    done
    tshark -r "$file" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
        -o tcp.check_checksum:TRUE -Y "$filter" -T fields -E separator=' ' "$@" 2>/dev/null
}

shows()
{
    title=$1 expected=$2
    shift 2
    found=$(fields "$@" | sort | uniq -c | sed 's/^ *//')
    if [ "$found" = "$expected" ]; then
        pass "$title"
    else
        flunk "$title"
        printf 'found\n%s\nexpected\n%s\n' "$found" "$expected" | comment
    fi
}

# Datagrams of several fragments, copies, drops.
cat >datagram.yaml <<'END'
scenario: {module: traffic, seed: 1, stop: 2s}
peers: {count: 2}
topology: {kind: line}
link: {latency: 10ms, bandwidth: 1Mbit/s, queue: 10packets, duplication: 5%, loss: pattern(01)}
stack: {name: datagram}
traffic: {senders: 0, count: 20, interval: 1ms, size: 4000B}
record: {packets: yes}
END
check 'a run of datagrams' "$skein" run datagram.yaml -o datagram.db --quiet
check 'is exported' "$skein" export datagram.db pcapng -o datagram.pcapng
shows 'datagrams are put together, with right checksums' '20 10.0.0.1 10.0.0.2 4000 1 1' \
    datagram.pcapng udp ip.src ip.dst data.len ip.checksum.status udp.checksum.status
shows 'the lost one says so' '3 0x0002 lost' datagram.pcapng 'frame.comment == "lost"' ip.id frame.comment
check 'nothing that is selected is an empty capture' \
    "$skein" export datagram.db pcapng --peers 1 -o none.pcapng
shows 'of no packets' '' none.pcapng frame frame.number
check 'a run that records no packets' \
    "$skein" run datagram.yaml --set record.packets=no -o bare.db --quiet
refuses 'has none to export' 2 "$skein" export bare.db pcapng -o bare.pcapng

# Segments of a connection as a TCP would send them: peer 0 dials peer 1 and sends three segments,
# of which the first is lost and sent again.
sqlite3 datagram.db <<'END'
DELETE FROM packet;
CREATE TEMP TABLE step(id, sender, number, acknowledged, flags, data, size, sent, fate, selective);
INSERT INTO step VALUES
 (1, 0, 0, NULL, 'SYN', 0, 60, 0, 'delivered', NULL),
 (1, 1, 0, 1, 'SYN|ACK', 0, 60, 10000000, 'delivered', NULL),
 (2, 0, 1, 1, 'ACK', 0, 52, 20000000, 'delivered', NULL),
 (3, 0, 1, 1, 'ACK', 1448, 1500, 20000001, 'lost', NULL),
 (4, 0, 1449, 1, 'ACK', 1448, 1500, 20000002, 'delivered', NULL),
 (5, 0, 2897, 1, 'ACK', 1448, 1500, 20000003, 'delivered', NULL),
 (6, 0, 4345, 1, 'PSH|ACK', 1448, 1500, 20000004, 'delivered', NULL),
 (2, 1, 1, 1, 'ACK', 0, 64, 30000002, 'delivered', '[[1449,2897]]'),
 (3, 1, 1, 1, 'ACK', 0, 64, 30000003, 'delivered', '[[1449,4345]]'),
 (4, 1, 1, 1, 'ACK', 0, 64, 30000004, 'delivered', '[[1449,5793]]'),
 (7, 0, 1, 1, 'ACK', 1448, 1500, 40000004, 'delivered', NULL),
 (5, 1, 1, 5793, 'ACK', 0, 52, 50000003, 'delivered', NULL),
 (8, 0, 5793, 1, 'FIN|ACK', 0, 52, 60000003, 'delivered', NULL),
 (6, 1, 1, 5794, 'FIN|ACK', 0, 52, 70000003, 'delivered', NULL),
 (9, 0, 5794, 2, 'ACK', 0, 52, 80000003, 'delivered', NULL);
INSERT INTO packet SELECT 1, sender << 32 | id, 1, sender, 1 - sender, number, acknowledged, flags,
  size, sent, iif(fate = 'lost', NULL, sent + 10000000), fate, data, iif(number = 0, 65535, 3000000),
  selective, 0, NULL, sent / 1000000, max(sent / 1000000 - 10, 0) FROM step;
END
check 'segments are exported' "$skein" export datagram.db pcapng -o tcp.pcapng
shows 'all checksums are right' '15 1 1' tcp.pcapng tcp ip.checksum.status tcp.checksum.status
shows 'the handshake has its options' '2 1460 64 6 0402' tcp.pcapng 'tcp.flags.syn == 1' \
    tcp.options.mss_val tcp.options.wscale.multiplier tcp.options.wscale.shift tcp.options.sack_perm
shows 'windows are scaled' '13 3000000' tcp.pcapng 'tcp.flags.syn == 0' tcp.window_size
shows 'holes are acknowledged around' '1 1 1449 2897
1 1 1449 4345
1 1 1449 5793' tcp.pcapng tcp.options.sack.count tcp.ack tcp.options.sack_le tcp.options.sack_re
shows 'one segment is sent again' '1 0.000000000 1 1448' tcp.pcapng tcp.analysis.retransmission \
    tcp.time_delta tcp.seq tcp.len
shows 'all bytes arrive' '1 0.060000003' tcp.pcapng 'tcp.flags.fin == 1 && tcp.srcport == 49153' \
    tcp.time_relative
shows 'the round trip is that of the link' '1 0.020000000' tcp.pcapng \
    'tcp.analysis.initial_rtt && tcp.len == 0 && tcp.seq == 1 && tcp.ack == 1 && tcp.srcport == 49153' \
    tcp.analysis.initial_rtt
# What the experts warn of in FILE, line by line.
warnings()
{
    tshark -r "$1" -q -z expert,warn 2>/dev/null | sed -n 's/^ *[0-9][0-9]* .*TCP *//p' | sort -u
}
check 'no expert warns' [ -z "$(warnings tcp.pcapng)" ]

# Runs of the stack tcp. Segments that are lost one by one: three fast retransmissions, no warning.
cat >transfer.yaml <<'END'
scenario: {module: traffic, seed: 3, stop: 60s}
peers: {count: 2}
topology: {kind: line}
link: {latency: 20ms, bandwidth: 10Mbit/s, queue: 1000packets}
stack: {name: tcp}
traffic: {senders: 0, size: 3MB}
record: {packets: yes}
END
alone=$(awk 'BEGIN { for (i = 1; i <= 800; i++) printf "%s", i == 60 || i == 400 || i == 700 ? "1" : "0" }')
check 'a transfer that loses segments one by one' \
    "$skein" run transfer.yaml --set "link.loss=pattern($alone)" -o alone.db --quiet
check 'is exported' "$skein" export alone.db pcapng -o alone.pcapng
check 'no expert warns of it' [ -z "$(warnings alone.pcapng)" ]
shows 'each is seen to be sent again, fast' '3 4001' alone.pcapng tcp.analysis.fast_retransmission \
    tcp.dstport
shows 'and nothing else is' '3 4001' alone.pcapng tcp.analysis.retransmission tcp.dstport

# Many holes in a flight. Wireshark calls a retransmission out of order when new data went out less
# than a round trip ago, unless it is the one that at least two duplicate ACKs ask for: its rule, and
# any capture of a recovery with selective ACKs has such segments. So each of them has been sent
# before, and fills a later hole or comes sooner than the third duplicate; and nothing else warns.
check 'a transfer with losses and a short queue' "$skein" run transfer.yaml --set link.loss=1% \
    --set link.queue=40packets -o holes.db --quiet
check 'is exported, too' "$skein" export holes.db pcapng -o holes.pcapng
check 'several segments of a flight are gone' [ "$(sqlite3 holes.db \
    "SELECT count(*) FROM packet WHERE data_bytes > 0 AND received_ns IS NULL")" -gt 30 ]
check 'experts warn of nothing but the order' [ "$(warnings holes.pcapng)" = \
    'This frame is a (suspected) out-of-order segment' ]
judged=$(tshark -r holes.pcapng -Y tcp -T fields -e tcp.srcport -e tcp.seq -e tcp.ack -e tcp.len \
    -e tcp.analysis.out_of_order -e tcp.analysis.retransmission 2>/dev/null | awk -F '\t' '
    $1 == 4001 {
        duplicates = $3 == acknowledged ? duplicates + 1 : 0
        acknowledged = $3
    }
    $1 != 4001 && $4 > 0 {
        again += $2 in sent
        wrong += $5 != "" && (!($2 in sent) || ($2 == acknowledged && duplicates >= 2))
        seen += $5 != "" || $6 != ""
        sent[$2] = 1
    }
    END { print again - seen, wrong + 0 }')
check 'all that is sent again is seen, and what is called out of order was' [ "$judged" = '0 0' ]

# QUIC: a handshake of three datagrams, then short packets; nothing is malformed.
sed -e 's/3MB/20kB/' -e 's/{name: tcp}/{name: quic, preset: plain}/' transfer.yaml >quic.yaml
check 'a transfer on quic' "$skein" run quic.yaml -o quic.db --quiet
check 'is exported as QUIC' "$skein" export quic.db pcapng -o quic.pcapng
shows 'each datagram has right checksums' "$(sqlite3 quic.db 'SELECT count(*) FROM packet') 1 1" \
    quic.pcapng quic ip.checksum.status udp.checksum.status
shows 'the client begins' '1 1 1308 49153' quic.pcapng \
    'quic.long.packet_type == 0 && frame.number == 1' frame.number ip.len udp.srcport
shows 'the server answers with two packets in one' '1 0,2 4001' quic.pcapng \
    'quic.long.packet_type == 2 && udp.srcport == 4001' quic.long.packet_type udp.srcport
shows 'nothing is malformed' '' quic.pcapng _ws.malformed frame.number

# A dial that is asked for another version and for a token: the seal of the Retry is zeros, of which
# tshark warns.
check 'a transfer that begins again twice' "$skein" run quic.yaml --set quic.retry=yes \
    --set quic.version-negotiation=yes -o again.db --quiet
check 'is exported, too' "$skein" export again.db pcapng -o again.pcapng
shows 'each datagram has right checksums' \
    "$(sqlite3 again.db 'SELECT count(*) FROM packet') 1 1" again.pcapng quic ip.checksum.status \
    udp.checksum.status
shows 'a listener names its versions' '1 2 0x00000001,0x0a0a0a0a' again.pcapng \
    'quic.version == 0' frame.number quic.supported_version
zeros=$(printf '%032d' 0)
shows 'a Retry has a token of 90 bytes and a seal of 16' "1 4 149 $(printf '%0180d' 0) $zeros" \
    again.pcapng 'quic.long.packet_type == 3' frame.number ip.len quic.retry_token \
    quic.retry_integrity_tag
shows 'which comes back in each Initial packet' '1 5 90
1 7 90' again.pcapng 'quic.token_length > 0' frame.number quic.token_length
shows 'the first asks for another version' '1 1 0x1a2a3a4a' again.pcapng 'frame.number == 1' \
    frame.number quic.version
shows 'nothing of that is malformed' '' again.pcapng _ws.malformed frame.number
finish
