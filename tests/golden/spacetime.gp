set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 '3 peers and their messages: 1.864 s from 164.2 ms on' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 'module ping, seed 18446744073709551615; 11 of 11 messages' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$spans << EOD
0.2 0 0.2 0.221
0.21 1 0.21 0.21372736
0.3 0 0.3 0.361
0.33 2 0.33 0.33372736
0.4 1 0.4 0.501
0.45 2 0.45 0.45372736
0.65 1 0.65 0.65372736
EOD
$open << EOD
0.6 2 0.6 2.02784
EOD
$lost << EOD
0.651 1 0.0098 0.35
EOD
$inflight << EOD
1.99 1 0.0098 0.35
EOD
$kind0 << EOD
0.2 0 0.01 1
0.3 0 0.03 2
0.4 1 0.05 1
0.6 2 0.05 -1
EOD
$kind1 << EOD
0.211 1 0.01 -1
0.331 2 0.03 -2
0.451 2 0.05 -1
EOD
$kind2 << EOD
1.98 1 0.01 -1
1.98 1 0.012 -1
EOD
$kind3 << EOD
EOD
$kind4 << EOD
EOD
$kind5 << EOD
EOD
$names << EOD
0.3 0 "ping"
0.4 1 "ping"
0.6 2 "ping"
EOD
$cut << EOD
1.99 0
1.98 1
EOD
set arrow 100 from first 0.55, graph 0 to first 0.55, graph 1 nohead front dt 2 lw 1.2 lc rgb '#D55E00'
set label 100 'partition {0} {1, 2}' at first 0.55, graph 0.985 right rotate by 90 offset char 0.9,0 front tc rgb '#D55E00'
set arrow 101 from first 0.7, graph 0 to first 0.7, graph 1 nohead front dt 2 lw 1.2 lc rgb '#D55E00'
set label 101 'heal' at first 0.7, graph 0.985 right rotate by 90 offset char 0.9,0 front tc rgb '#D55E00'
set xlabel 'virtual time (s)'
set xrange [0.164159999:2.027840001]
set yrange [2.7:-0.7]
set ytics scale 0 ('Tokyo' 0, 'L''Aquila `x` "y" {' 1, 'peer 2' 2)
set grid ytics lt 1 lc rgb '#bbbbbb' lw 0.6
set border 1
set format x '%.10g'
set clip two
set rmargin 3
set key at screen 0.5,0.015 center bottom horizontal maxrows 1
set bmargin 6
plot $spans using 1:2:3:4:($2-0.16):($2+0.16) with boxxyerror fs solid noborder lc rgb '#a0b4bcc4' title 'spans', \
 $open using 1:2:3:4:($2-0.05):($2+0.05) with boxxyerror fs solid noborder lc rgb '#a0b4bcc4' title 'unended', \
  $kind0 using 1:2:3:4 with vectors head filled size graph 0.007,16 fixed lw 1.2 lc rgb '#200072B2' notitle, \
 keyentry with lines lw 2 lc rgb '#0072B2' title 'PING', \
 $kind1 using 1:2:3:4 with vectors head filled size graph 0.007,16 fixed lw 1.2 lc rgb '#20E69F00' notitle, \
 keyentry with lines lw 2 lc rgb '#E69F00' title 'PONG', \
 $kind2 using 1:2:3:4 with vectors head filled size graph 0.007,16 fixed lw 1.2 lc rgb '#20009E73' notitle, \
 keyentry with lines lw 2 lc rgb '#009E73' title 'marker', \
 $lost using 1:2:3:4 with vectors nohead lw 1.6 lc rgb '#D55E00' notitle, \
 $lost using ($1+$3):($2+$4) with points pt 2 ps 0.8 lw 1.6 lc rgb '#D55E00' title 'lost', \
 $inflight using 1:2:3:4 with vectors nohead dt 3 lw 1.4 lc rgb '#222222' title 'in flight', \
 $cut using 1:2 with linespoints lw 1.6 pt 7 ps 0.9 lc rgb '#222222' title 'state recorded', \
 $names using 1:2:3 with labels left offset char 0.2,0.6 font ',9' tc rgb '#555555' notitle
