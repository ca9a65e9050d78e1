set encoding utf8
set terminal pngcairo noenhanced size 1200,800 fontscale 1 linewidth 1.4 font 'sans-serif,13'
set label 1 '3 pings among 3 peers: cumulative round trip' at screen 0.03,0.955 left font ':Bold,18' tc rgb '#222222'
set label 2 'module ping, seed 18446744073709551615; mean 61 ms, median 61 ms, 99 % at most 101 ms; 1 more without answer' at screen 0.03,0.912 left font ',12' tc rgb '#555555'
set tmargin at screen 0.86
set border 3 lc rgb '#666666' lw 0.8
set tics nomirror out scale 0.6 tc rgb '#333333'
set grid lt 1 lc rgb '#e6e6e6' lw 0.6
set key tc rgb '#333333' samplen 2 spacing 1.2
$latency << EOD
21 0
21 0.333333
61 0.666667
101 1
EOD
$floor << EOD
20 0
20 0.333333
60 0.666667
100 1
EOD
$quantiles << EOD
61 0.5 "50 %: 61 ms"
101 0.9 "90 %: 101 ms"
101 0.99 "99 %: 101 ms"
EOD
set xlabel 'round trip (ms)'
set ylabel 'share of pings (%)'
set xrange [0:113.12]
set yrange [0:102]
set ytics 10
set key right bottom
set rmargin 6
plot $latency using 1:(100*$2) with steps lw 2.5 lc rgb '#0072B2' title 'pings', \
 $floor using 1:(100*$2) with steps lw 1.6 lc rgb '#D55E00' title 'least round trip of their links', \
 $quantiles using 1:(100*$2) with points pt 7 ps 1.1 lc rgb '#222222' notitle, \
 $quantiles using 1:(100*$2):3 with labels left offset char 1,-0.7 tc rgb '#222222' notitle
