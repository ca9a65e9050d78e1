set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 '3 pings among 3 peers: round trip over time' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 'module ping, seed 18446744073709551615; mean 61 ms, median 61 ms, 99 % at most 101 ms; 1 more without answer' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$latency << EOD
200 21
300 61
400 101
EOD
$unanswered << EOD
600
EOD
unanswered = -3.03
set xlabel 'virtual time (ms)'
set ylabel 'round trip (ms)'
set yrange [unanswered * 2:*]
set rmargin 4
set key at screen 0.5,0.015 center bottom horizontal maxrows 1
set bmargin 6
plot $latency using 1:2 with points pt 7 ps 0.8 lc rgb '#600072B2' title 'pings', \
 $unanswered using 1:(unanswered) with points pt 2 ps 0.8 lc rgb '#00d55e00' title 'without answer'
